/**
 * How a model is spread over ranks: on one device, replicated with averaged gradients, or sharded.
 */
@NullMarked
package dev.weft.fabric.strategy;

import org.jspecify.annotations.NullMarked;
