/** Measuring and watching a training run. */
@NullMarked
package dev.weft.fabric.utilities;

import org.jspecify.annotations.NullMarked;
