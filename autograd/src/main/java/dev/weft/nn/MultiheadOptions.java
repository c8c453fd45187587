package dev.weft.nn;

import java.util.List;
import java.util.OptionalLong;

/**
 * Settings of {@link MultiheadAttention}. Immutable; start from {@link #DEFAULT}.
 *
 * @param dropout the probability with which a weight is zeroed in training
 * @param bias whether the projections have a bias
 * @param addBiasKv whether a learned key and value are appended
 * @param addZeroAttn whether a key and a value of zeros are appended
 * @param kdim how wide keys are; as wide as queries when empty
 * @param vdim how wide values are; as wide as queries when empty
 * @param batchFirst whether samples are the first dimension, instead of the second
 */
public record MultiheadOptions(
    double dropout,
    boolean bias,
    boolean addBiasKv,
    boolean addZeroAttn,
    OptionalLong kdim,
    OptionalLong vdim,
    boolean batchFirst) {

  /** No dropout, a bias, nothing appended, equal widths, samples second. */
  public static final MultiheadOptions DEFAULT =
      new MultiheadOptions(
          0, true, false, false, OptionalLong.empty(), OptionalLong.empty(), false);

  public MultiheadOptions {
    Args.probability("MultiheadAttention", dropout);
    kdim.ifPresent(k -> Sizes.requireAtLeast("MultiheadAttention", "kdim", List.of(k), 1));
    vdim.ifPresent(v -> Sizes.requireAtLeast("MultiheadAttention", "vdim", List.of(v), 1));
  }

  /** With dropout of weights. */
  public MultiheadOptions dropout(double dropout) {
    return new MultiheadOptions(dropout, bias, addBiasKv, addZeroAttn, kdim, vdim, batchFirst);
  }

  /** With biases, or without. */
  public MultiheadOptions bias(boolean bias) {
    return new MultiheadOptions(dropout, bias, addBiasKv, addZeroAttn, kdim, vdim, batchFirst);
  }

  /** With a learned key and value, or without. */
  public MultiheadOptions addBiasKv(boolean add) {
    return new MultiheadOptions(dropout, bias, add, addZeroAttn, kdim, vdim, batchFirst);
  }

  /** With a key and a value of zeros, or without. */
  public MultiheadOptions addZeroAttn(boolean add) {
    return new MultiheadOptions(dropout, bias, addBiasKv, add, kdim, vdim, batchFirst);
  }

  /** With keys of another width. */
  public MultiheadOptions kdim(long kdim) {
    return new MultiheadOptions(
        dropout, bias, addBiasKv, addZeroAttn, OptionalLong.of(kdim), vdim, batchFirst);
  }

  /** With values of another width. */
  public MultiheadOptions vdim(long vdim) {
    return new MultiheadOptions(
        dropout, bias, addBiasKv, addZeroAttn, kdim, OptionalLong.of(vdim), batchFirst);
  }

  /** With samples first, or second. */
  public MultiheadOptions batchFirst(boolean batchFirst) {
    return new MultiheadOptions(dropout, bias, addBiasKv, addZeroAttn, kdim, vdim, batchFirst);
  }
}
