/** Progress bars for loops. */
@NullMarked
package dev.weft.fabric.progress;

import org.jspecify.annotations.NullMarked;
