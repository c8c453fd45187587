/**
 * The {@code fabric} command: compiles a script once, starts it with the right JVM, and turns its
 * options into the settings that {@code Fabric} reads.
 */
@NullMarked
package dev.weft.fabric.cli;

import org.jspecify.annotations.NullMarked;
