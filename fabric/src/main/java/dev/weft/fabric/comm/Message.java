package dev.weft.fabric.comm;

/**
 * What one rank tells another about a call: over a socket a header, within a JVM the call itself.
 */
interface Message {

  Header header();
}
