/**
 * The sealed family of ops. An op is a value that says what comes out (shape and dtype), how its
 * gradient is pulled back and what to test it on; it owns no memory and knows no device.
 */
@NullMarked
package dev.weft.engine.op;

import org.jspecify.annotations.NullMarked;
