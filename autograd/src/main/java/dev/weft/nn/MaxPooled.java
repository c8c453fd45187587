package dev.weft.nn;

import dev.weft.engine.Tensor;

/**
 * What a maximum pooling found.
 *
 * @param output the largest element of each window
 * @param indices where it was in its plane, row-major; int64
 */
public record MaxPooled(Tensor output, Tensor indices) {}
