/**
 * Tables in Apache Arrow's IPC formats. The only package that knows Arrow's classes. Not exported.
 *
 * <p>Arrow's library believes what a file says; here every length is checked against the file
 * before memory is taken or read.
 */
@NullMarked
package dev.weft.fabric.data.arrow;

import org.jspecify.annotations.NullMarked;
