package dev.weft.golden;

import dev.weft.engine.Tensor;

/** Elementwise functions of one tensor. */
final class UnaryRows {

  private UnaryRows() {}

  static void addTo(Rows rows) {
    rows.unary("torch.abs", Tensor::abs);
    rows.unary("torch.acos", Tensor::acos);
    rows.unary("torch.acosh", Tensor::acosh);
    rows.unary("torch.asin", Tensor::asin);
    rows.unary("torch.asinh", Tensor::asinh);
    rows.unary("torch.atan", Tensor::atan);
    rows.unary("torch.atanh", Tensor::atanh);
    rows.unary("torch.ceil", Tensor::ceil);
    rows.unary("torch.cos", Tensor::cos);
    rows.unary("torch.cosh", Tensor::cosh);
    rows.unary("torch.deg2rad", Tensor::deg2rad);
    rows.unary("torch.digamma", Tensor::digamma);
    rows.unary("torch.erf", Tensor::erf);
    rows.unary("torch.erfc", Tensor::erfc);
    rows.unary("torch.erfinv", Tensor::erfinv);
    rows.unary("torch.exp", Tensor::exp);
    rows.unary("torch.exp2", Tensor::exp2);
    rows.unary("torch.expm1", Tensor::expm1);
    rows.unary("torch.floor", Tensor::floor);
    rows.unary("torch.frac", Tensor::frac);
    rows.unary("torch.i0", Tensor::i0);
    rows.unary("torch.isfinite", Tensor::isfinite);
    rows.unary("torch.isinf", Tensor::isinf);
    rows.unary("torch.isnan", Tensor::isnan);
    rows.unary("torch.isneginf", Tensor::isneginf);
    rows.unary("torch.isposinf", Tensor::isposinf);
    rows.unary("torch.lgamma", Tensor::lgamma);
    rows.unary("torch.log", Tensor::log);
    rows.unary("torch.log10", Tensor::log10);
    rows.unary("torch.log1p", Tensor::log1p);
    rows.unary("torch.log2", Tensor::log2);
    rows.unary("torch.neg", Tensor::neg);
    rows.unary("torch.positive", Tensor::positive);
    rows.unary("torch.rad2deg", Tensor::rad2deg);
    rows.unary("torch.reciprocal", Tensor::reciprocal);
    rows.one(
        "torch.round",
        a -> a.has("decimals") ? a.input().round(a.dim("decimals")) : a.input().round());
    rows.unary("torch.rsqrt", Tensor::rsqrt);
    rows.unary("torch.sgn", Tensor::sign);
    rows.unary("torch.sigmoid", Tensor::sigmoid);
    rows.unary("torch.sign", Tensor::sign);
    rows.unary("torch.signbit", Tensor::signbit);
    rows.unary("torch.sin", Tensor::sin);
    rows.unary("torch.sinc", Tensor::sinc);
    rows.unary("torch.sinh", Tensor::sinh);
    rows.unary("torch.sqrt", Tensor::sqrt);
    rows.unary("torch.square", Tensor::square);
    rows.unary("torch.tan", Tensor::tan);
    rows.unary("torch.tanh", Tensor::tanh);
    rows.unary("torch.trunc", Tensor::trunc);
    rows.one(
        "torch.logit", a -> a.has("eps") ? a.input().logit(a.number("eps")) : a.input().logit());
    rows.one("torch.mvlgamma", a -> a.input().mvlgamma(a.dim("p")));
    rows.one("torch.nan_to_num", UnaryRows::nanToNum);
    rows.one("torch.polygamma", a -> a.input().polygamma(a.dim("n")));
    rows.one("torch.Tensor.to", a -> a.input().to(a.dtype("dtype")));
  }

  private static Tensor nanToNum(Arguments a) {
    Tensor x = a.input();
    double largest = x.dtype().isFloating() ? x.dtype().max() : Double.MAX_VALUE;
    return x.nanToNum(
        a.number("nan", 0), a.number("posinf", largest), a.number("neginf", -largest));
  }
}
