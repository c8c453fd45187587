/**
 * The entry point for training scripts: {@code Fabric} places a model, its optimizers and its data
 * on devices and ranks, and leaves the training loop to its user.
 */
@NullMarked
package dev.weft.fabric;

import org.jspecify.annotations.NullMarked;
