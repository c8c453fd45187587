/**
 * The fast CPU backend: vectorised kernels over native memory, the matrix product, and the pool of
 * workers that share long loops.
 */
@NullMarked
package dev.weft.engine.cpu;

import org.jspecify.annotations.NullMarked;
