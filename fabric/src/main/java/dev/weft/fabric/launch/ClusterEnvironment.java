package dev.weft.fabric.launch;

import java.util.Optional;

/**
 * What a cluster manager says about the job: who we are among the ranks, where they meet, and
 * whether it started all of them or left that to us. Immutable; a pure function of an {@link
 * Environment}.
 */
public interface ClusterEnvironment {

  /** Its name, for messages. */
  String name();

  /** Whether every rank was started from outside, so that the launcher must start none. */
  boolean createsProcessesExternally();

  /** The host name or address of rank 0. */
  String mainAddress();

  /** The port on which rank 0 waits for the others; empty lets the launcher take a free one. */
  Optional<Integer> mainPort();

  /**
   * Who this process is.
   *
   * @param devices ranks per machine that were asked for
   * @param nodes machines that were asked for
   */
  Ranks ranks(int devices, int nodes);

  /**
   * Checks what was asked for against what the manager has given.
   *
   * @throws dev.weft.fabric.ConfigurationException when they differ
   */
  default void validateSettings(int devices, int nodes) {}
}
