/**
 * Layers and the modules they form. Names, shapes and defaults are PyTorch's, so state dicts move
 * both ways.
 */
@NullMarked
package dev.weft.nn;

import org.jspecify.annotations.NullMarked;
