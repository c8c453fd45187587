package dev.weft.golden;

import dev.weft.engine.Tensor;
import java.util.function.UnaryOperator;

/** Functions of {@code torch.special}. */
final class SpecialRows {

  private SpecialRows() {}

  static void addTo(Rows rows) {
    unary(rows, "entr", Tensor::entr);
    unary(rows, "erfcx", Tensor::erfcx);
    unary(rows, "expit", Tensor::sigmoid);
    unary(rows, "i0e", Tensor::i0e);
    unary(rows, "i1", Tensor::i1);
    unary(rows, "i1e", Tensor::i1e);
    unary(rows, "log_ndtr", Tensor::logNdtr);
    unary(rows, "ndtr", Tensor::ndtr);
    unary(rows, "ndtri", Tensor::ndtri);
    unary(rows, "psi", Tensor::digamma);
    rows.binary("torch.special.gammainc", Tensor::gammainc);
    rows.binary("torch.special.gammaincc", Tensor::gammaincc);
    rows.binary("torch.special.xlog1py", Tensor::xlog1py);
    rows.binary("torch.special.zeta", Tensor::zeta);
  }

  private static void unary(Rows rows, String name, UnaryOperator<Tensor> call) {
    rows.unary("torch.special." + name, call);
  }
}
