/**
 * Kinds of devices: whether they are there, how many, and what the setting {@code devices} means.
 */
@NullMarked
package dev.weft.fabric.accelerator;

import org.jspecify.annotations.NullMarked;
