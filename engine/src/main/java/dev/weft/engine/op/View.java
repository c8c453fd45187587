package dev.weft.engine.op;

import dev.weft.engine.DType;
import dev.weft.engine.Layout;
import java.util.Optional;
import java.util.Set;

/**
 * An op that computes nothing: its output shares the input's memory under another layout.
 *
 * <p>Dtype: any, unchanged but for the two between complex numbers and their parts.
 */
public sealed interface View extends Op
    permits AsStrided,
        Diagonal,
        Expand,
        Permute,
        Reshape,
        Slice,
        UnfoldOp,
        ViewAsComplex,
        ViewAsReal {

  /**
   * The output's layout, or empty when these elements need a copy first (reshape and
   * view_as_complex only).
   */
  Optional<Layout> layout(Layout input);

  @Override
  default Set<DType> dtypes() {
    return DTypes.ALL;
  }
}
