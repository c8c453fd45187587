/**
 * Collectives between ranks: one {@code Communicator} contract, with transports for threads of one
 * JVM, processes of one machine, and machines in a network.
 */
@NullMarked
package dev.weft.fabric.comm;

import org.jspecify.annotations.NullMarked;
