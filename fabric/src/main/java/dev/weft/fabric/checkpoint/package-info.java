/**
 * Saving and restoring: checkpoints that PyTorch opens, and whole training states that are resumed
 * in place.
 */
@NullMarked
package dev.weft.fabric.checkpoint;

import org.jspecify.annotations.NullMarked;
