/**
 * What other modules provide to the engine, found through {@code ServiceLoader}: backends for
 * further devices, and the recorder that a tape is.
 */
@NullMarked
package dev.weft.engine.spi;

import org.jspecify.annotations.NullMarked;
