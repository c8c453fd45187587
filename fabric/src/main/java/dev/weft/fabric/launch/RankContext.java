package dev.weft.fabric.launch;

import dev.weft.fabric.comm.Communicator;

/**
 * What a rank is given when it starts.
 *
 * @param ranks which one it is
 * @param communicator its connection to the others
 * @param environment its own layer of the environment
 */
public record RankContext(Ranks ranks, Communicator communicator, Environment environment) {}
