/**
 * Number formats of a training run: what is stored, what is computed in, and how losses are scaled
 * when small gradients would vanish.
 */
@NullMarked
package dev.weft.fabric.precision;

import org.jspecify.annotations.NullMarked;
