package dev.weft.engine.op;

import dev.weft.engine.DType;
import java.util.Set;

/**
 * An op of complex tensors that is more than the same op on their parts.
 *
 * <p>Backends never meet complex dtypes, but for those of a {@link MatrixOp}: where an input or
 * output is complex, they are handed its memory as a real tensor with a last dimension of 2 more,
 * real part first.
 *
 * <p>The gradient of a real L with respect to z = x + iy is ∂L/∂x + i ∂L/∂y, as in PyTorch. So for
 * a holomorphic y = f(z) it is g · conj(f′(z)).
 */
public sealed interface ComplexOp extends Op permits ComplexBinary, ComplexUnary, Dft {

  @Override
  default Set<DType> dtypes() {
    return DTypes.COMPLEX;
  }
}
