/**
 * The reference backend: every op as plain double-precision loops, short enough to read as its
 * specification. It is the oracle of the tests.
 */
@NullMarked
package dev.weft.engine.reference;

import org.jspecify.annotations.NullMarked;
