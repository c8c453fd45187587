package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;

/** What "equal" means for two ways to compute the same. */
final class Agreement {

  private Agreement() {}

  /** As {@link #assertClose(Tensor, Tensor, double, Object)}, for sums of few terms around 1. */
  static void assertClose(Tensor actual, Tensor expected, Object what) {
    assertClose(actual, expected, 1, what);
  }

  /**
   * Equal specs, equal integers, and floating values within a few units in the last place of the
   * dtype they were computed in, which for half types is float32 before one rounding more.
   *
   * @param scale how large the terms are that cancel each other; errors are relative to it
   * @param what names the comparison in messages; evaluated only on failure
   */
  static void assertClose(Tensor actual, Tensor expected, double scale, Object what) {
    assertThat(actual.spec()).as("%s", what).isEqualTo(expected.spec());
    if (expected.isComplex()) {
      assertClose(actual.viewAsReal(), expected.viewAsReal(), scale, what);
      return;
    }
    if (!expected.dtype().isFloating()) {
      assertThat(actual.toLongArray()).as("%s", what).isEqualTo(expected.toLongArray());
      return;
    }
    double eps = expected.dtype().eps();
    double computed = Math.min(eps, DType.FLOAT32.eps());
    double relative = expected.dtype().isHalf() ? 1.01 * eps : 16 * eps;
    // A chain of 40 products strays by 37 eps at worst on the samples, and may by its bound of
    // 1,000.
    double absolute = 64 * computed * scale;
    double[] a = actual.toDoubleArray();
    double[] e = expected.toDoubleArray();
    for (int i = 0; i < e.length; i++) {
      boolean equal = a[i] == e[i] || Double.isNaN(a[i]) && Double.isNaN(e[i]);
      if (!equal && !(Math.abs(a[i] - e[i]) <= absolute + relative * Math.abs(e[i]))) {
        throw new AssertionError(
            String.format(
                Locale.ROOT,
                "%s: element %d of %s is %s, expected %s",
                what,
                i,
                expected.spec(),
                a[i],
                e[i]));
      }
    }
  }
}
