/** Other libraries on the rows of the report; compiled with {@code -Ppeers} only. */
@NullMarked
package dev.weft.bench.peers;

import org.jspecify.annotations.NullMarked;
