/**
 * The CUDA backend: contexts, memory, streams, kernels and matrix products of NVIDIA GPUs. It is
 * found by the engine through {@code ServiceLoader} and lives on the class path, because JCuda
 * finds its native libraries only there.
 */
@NullMarked
package dev.weft.cuda;

import org.jspecify.annotations.NullMarked;
