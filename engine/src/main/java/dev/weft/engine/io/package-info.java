/**
 * Tensor files: readers and writers for PyTorch's zip format, safetensors and npy. Input is checked
 * before it is believed, and nothing in a file can name code to run.
 */
@NullMarked
package dev.weft.engine.io;

import org.jspecify.annotations.NullMarked;
