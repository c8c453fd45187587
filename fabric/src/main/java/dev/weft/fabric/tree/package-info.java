/** Tensors inside records, collections and arrays. Not exported. */
@NullMarked
package dev.weft.fabric.tree;

import org.jspecify.annotations.NullMarked;
