/**
 * Datasets and loaders: samples, batches, sharding over ranks, and Arrow files read without
 * copying.
 */
@NullMarked
package dev.weft.fabric.data;

import org.jspecify.annotations.NullMarked;
