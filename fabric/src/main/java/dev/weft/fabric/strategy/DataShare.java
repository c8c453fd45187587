package dev.weft.fabric.strategy;

/**
 * How data are dealt out to ranks.
 *
 * @param replicas how many shares there are
 * @param rank which one is ours
 */
public record DataShare(int replicas, int rank) {}
