/**
 * Saving and restoring the state of a program: what is in a checkpoint, and how it reaches a file.
 */
@NullMarked
package dev.weft.fabric.checkpoint;

import org.jspecify.annotations.NullMarked;
