/** What sources of tables have in common, and tables in text files. Not exported. */
@NullMarked
package dev.weft.fabric.data.table;

import org.jspecify.annotations.NullMarked;
