/**
 * Tensors and what can be computed with them. A {@code Tensor} is a typed, strided view of native
 * memory; each of its methods names one op and sends it through {@code Dispatch}: infer, allocate,
 * compute, record.
 */
@NullMarked
package dev.weft.engine;

import org.jspecify.annotations.NullMarked;
