package dev.weft.bench.peers;

import dev.weft.bench.Engine;
import dev.weft.bench.Work;
import dev.weft.bench.Work.Elementwise;
import dev.weft.bench.Work.Fused;
import dev.weft.bench.Work.Gemm;
import java.util.function.Supplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.strict.GELU;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** ND4J: what its arrays can do without a graph. The report sets OMP_NUM_THREADS. */
public final class Nd4jEngine implements Engine {

  @Override
  public String name() {
    return "nd4j";
  }

  @Override
  public void threads(int count) {
    Nd4j.getEnvironment().setMaxThreads(count);
    Nd4j.getEnvironment().setMaxMasterThreads(count);
  }

  @Override
  public boolean has(Work work) {
    return switch (work) {
      case Gemm gemm -> gemm.batch() == 1;
      case Elementwise _ -> true;
      // Its layer_norm refuses the shape of its own output; log_softmax overwrites its input.
      case Fused op -> op == Fused.SOFTMAX;
      case Work.Attention _, Work.Conv _, Work.Mlp _, Work.NanoGpt _ -> false;
    };
  }

  @Override
  public Task task(Work work) {
    return switch (work) {
      case Gemm gemm -> gemm(gemm);
      case Elementwise op -> elementwise(op);
      case Fused op -> fused(op);
      case Work.Attention _, Work.Conv _, Work.Mlp _, Work.NanoGpt _ -> throw missing(work);
    };
  }

  private static IllegalArgumentException missing(Work work) {
    return new IllegalArgumentException("nd4j has no " + work);
  }

  private static Task closing(Supplier<INDArray> op) {
    return () -> op.get().close();
  }

  private static INDArray random(long... shape) {
    return Nd4j.randn(DataType.FLOAT, shape);
  }

  private static Task gemm(Gemm g) {
    INDArray a = g.transposeA() ? random(g.k(), g.m()).transpose() : random(g.m(), g.k());
    INDArray b = g.transposeB() ? random(g.n(), g.k()).transpose() : random(g.k(), g.n());
    return closing(() -> a.mmul(b));
  }

  private static Task elementwise(Elementwise work) {
    INDArray x = random(work.side(), work.side());
    INDArray y = random(work.side(), work.side());
    return switch (work.kind()) {
      case ADD -> closing(() -> x.add(y));
      case MUL -> closing(() -> x.mul(y));
      case EXP -> closing(() -> Transforms.exp(x, true));
      case GELU -> closing(() -> Nd4j.exec(new GELU(x, x.ulike())));
      case SUM -> closing(x::sum);
      case WHERE -> {
        INDArray condition = x.gt(y);
        yield closing(() -> Nd4j.where(condition, x, y)[0]);
      }
      case CAST -> closing(() -> x.castTo(DataType.BFLOAT16));
      case COPY -> {
        INDArray transposed = x.transpose();
        yield closing(() -> transposed.dup('c'));
      }
    };
  }

  private static Task fused(Fused work) {
    INDArray x = random(1024, 1024);
    return switch (work) {
      case SOFTMAX -> closing(() -> Nd4j.nn().softmax(x));
      case LOG_SOFTMAX, LAYER_NORM, CROSS_ENTROPY, ADAMW, EMBEDDING -> throw missing(work);
    };
  }
}
