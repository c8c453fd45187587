package dev.weft.fabric.comm;

import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A collective did not take place. The message names the collective, its number, the rank that
 * reports, and the ranks that failed, disagreed or are missing. It is the first cause: what follows
 * from it on other ranks is not reported as a failure of its own.
 *
 * <p>After it the communicator stays broken: every further call throws it again. The contents of
 * the tensors that took part are undefined.
 */
public final class CollectiveException extends IllegalStateException {

  private static final long serialVersionUID = 1;

  /** What went wrong. */
  public enum Kind {
    /** A rank ended without closing its communicator. */
    DIED,
    /** A rank threw, was interrupted or called {@link Communicator#abort}. */
    ABORTED,
    /**
     * A rank closed its communicator while others still counted on it, or this one was closed here.
     */
    CLOSED,
    /** Ranks called different collectives, or the same with different arguments. */
    MISMATCH,
    /** Ranks did not come within the time-out. */
    TIMEOUT,
    /** The ranks could not be brought together. */
    JOIN
  }

  private final Kind kind;
  private final List<Integer> failedRanks;

  CollectiveException(String message, Failure failure) {
    super(message, failure.cause().orElse(null));
    this.kind = failure.kind();
    this.failedRanks = failure.ranks();
  }

  /** What went wrong. */
  public Kind kind() {
    return kind;
  }

  /** The ranks (of the world, not of a group) that failed, disagreed or are missing, ascending. */
  public SortedSet<Integer> failedRanks() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(failedRanks));
  }
}
