/**
 * How ranks come to life: as threads of this JVM, as processes that run the program again, or as
 * what a cluster manager has started already.
 */
@NullMarked
package dev.weft.fabric.launch;

import org.jspecify.annotations.NullMarked;
