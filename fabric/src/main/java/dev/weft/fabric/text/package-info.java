/** Formats of text files and messages that more than one package writes. Not exported. */
@NullMarked
package dev.weft.fabric.text;

import org.jspecify.annotations.NullMarked;
