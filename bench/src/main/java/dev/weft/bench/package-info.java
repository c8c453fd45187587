/**
 * JMH benches. Each has a ceiling beside it, copy bandwidth or peak arithmetic, so that a number
 * can be read without knowing the machine.
 */
@NullMarked
package dev.weft.bench;

import org.jspecify.annotations.NullMarked;
