package dev.weft.golden;

import dev.weft.engine.Tensor;

/** Elementwise functions of one tensor. */
final class UnaryRows {

  private UnaryRows() {}

  static void addTo(Rows rows) {
    rows.unary("torch.abs", Tensor::abs);
    rows.unary("torch.acos", Tensor::acos);
    rows.unary("torch.asin", Tensor::asin);
    rows.unary("torch.atan", Tensor::atan);
    rows.unary("torch.ceil", Tensor::ceil);
    rows.unary("torch.cos", Tensor::cos);
    rows.unary("torch.cosh", Tensor::cosh);
    rows.unary("torch.erf", Tensor::erf);
    rows.unary("torch.exp", Tensor::exp);
    rows.unary("torch.exp2", Tensor::exp2);
    rows.unary("torch.expm1", Tensor::expm1);
    rows.unary("torch.floor", Tensor::floor);
    rows.unary("torch.isfinite", Tensor::isfinite);
    rows.unary("torch.isinf", Tensor::isinf);
    rows.unary("torch.isnan", Tensor::isnan);
    rows.unary("torch.log", Tensor::log);
    rows.unary("torch.log10", Tensor::log10);
    rows.unary("torch.log1p", Tensor::log1p);
    rows.unary("torch.log2", Tensor::log2);
    rows.unary("torch.logical_not", Tensor::logicalNot);
    rows.unary("torch.neg", Tensor::neg);
    rows.unary("torch.reciprocal", Tensor::reciprocal);
    rows.unary("torch.round", Tensor::round);
    rows.unary("torch.rsqrt", Tensor::rsqrt);
    rows.unary("torch.sigmoid", Tensor::sigmoid);
    rows.unary("torch.sign", Tensor::sign);
    rows.unary("torch.sin", Tensor::sin);
    rows.unary("torch.sinh", Tensor::sinh);
    rows.unary("torch.sqrt", Tensor::sqrt);
    rows.unary("torch.square", Tensor::square);
    rows.unary("torch.tan", Tensor::tan);
    rows.unary("torch.tanh", Tensor::tanh);
    rows.unary("torch.trunc", Tensor::trunc);
    rows.one("torch.Tensor.to", a -> a.input().to(a.dtype("dtype")));
  }
}
