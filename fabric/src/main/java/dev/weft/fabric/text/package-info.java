/** Formats of text files that more than one package writes or reads. Not exported. */
@NullMarked
package dev.weft.fabric.text;

import org.jspecify.annotations.NullMarked;
