package dev.weft.fabric.data;

import dev.weft.engine.Tensor;

/**
 * A handwritten digit, or a batch of them.
 *
 * @param image 8 by 8 grey values between 0 (paper) and 1 (ink), row by row: float32 (64), in a
 *     batch (B, 64)
 * @param label the digit, 0 to 9: int64 (), in a batch (B)
 */
public record Digit(Tensor image, Tensor label) {}
