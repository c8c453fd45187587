package dev.weft.engine.cpu;

/**
 * The inner loops of {@link FourierPlan}: each takes numbers that lie {@code step} apart,
 * transforms them, turns them by factors of the unit circle and stores them next to each other, for
 * {@code count} neighbours at once. The factor of the first is always 1.
 */
final class Butterflies {

  private Butterflies() {}

  static void two(
      double[] re,
      double[] im,
      int from,
      int step,
      double[] toRe,
      double[] toIm,
      int to,
      int count,
      double wr,
      double wi) {
    for (int q = 0; q < count; q++) {
      double ar = re[from + q];
      double ai = im[from + q];
      double br = re[from + step + q];
      double bi = im[from + step + q];
      toRe[to + q] = ar + br;
      toIm[to + q] = ai + bi;
      double dr = ar - br;
      double di = ai - bi;
      toRe[to + count + q] = dr * wr - di * wi;
      toIm[to + count + q] = dr * wi + di * wr;
    }
  }

  static void four(
      double[] re,
      double[] im,
      int from,
      int step,
      double[] toRe,
      double[] toIm,
      int to,
      int count,
      double w1r,
      double w1i,
      double w2r,
      double w2i,
      double w3r,
      double w3i) {
    for (int q = 0; q < count; q++) {
      double ar = re[from + q];
      double ai = im[from + q];
      double br = re[from + step + q];
      double bi = im[from + step + q];
      double cr = re[from + 2 * step + q];
      double ci = im[from + 2 * step + q];
      double dr = re[from + 3 * step + q];
      double di = im[from + 3 * step + q];
      double acr = ar + cr;
      double aci = ai + ci;
      double bdr = br + dr;
      double bdi = bi + di;
      double xr = ar - cr; // a − c
      double xi = ai - ci;
      double yr = bi - di; // −i (b − d)
      double yi = dr - br;
      toRe[to + q] = acr + bdr;
      toIm[to + q] = aci + bdi;
      double pr = xr + yr;
      double pi = xi + yi;
      toRe[to + count + q] = pr * w1r - pi * w1i;
      toIm[to + count + q] = pr * w1i + pi * w1r;
      double sr = acr - bdr;
      double si = aci - bdi;
      toRe[to + 2 * count + q] = sr * w2r - si * w2i;
      toIm[to + 2 * count + q] = sr * w2i + si * w2r;
      double tr = xr - yr;
      double ti = xi - yi;
      toRe[to + 3 * count + q] = tr * w3r - ti * w3i;
      toIm[to + 3 * count + q] = tr * w3i + ti * w3r;
    }
  }

  /** to += w · from. */
  static void addScaled(
      double[] re,
      double[] im,
      int from,
      double[] toRe,
      double[] toIm,
      int to,
      int count,
      double wr,
      double wi) {
    for (int q = 0; q < count; q++) {
      toRe[to + q] += re[from + q] * wr - im[from + q] * wi;
      toIm[to + q] += re[from + q] * wi + im[from + q] * wr;
    }
  }
}
