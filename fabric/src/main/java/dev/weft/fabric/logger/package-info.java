/** Where metrics go: CSV files, TensorBoard event files, and loggers that users write. */
@NullMarked
package dev.weft.fabric.logger;

import org.jspecify.annotations.NullMarked;
