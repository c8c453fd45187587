/**
 * Reverse-mode differentiation. The tape holds the ops that were computed and the tensors their
 * gradients need; walking it backwards runs ops again, so gradients have gradients.
 */
@NullMarked
package dev.weft.autograd;

import org.jspecify.annotations.NullMarked;
