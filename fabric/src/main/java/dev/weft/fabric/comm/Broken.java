package dev.weft.fabric.comm;

import static dev.weft.fabric.comm.Text.text;

import dev.weft.fabric.comm.CollectiveException.Kind;
import java.util.List;

/**
 * Carries a failure from the middle of a transfer to the endpoint, which tells every rank of it.
 */
final class Broken extends RuntimeException {

  private static final long serialVersionUID = 1;

  @SuppressWarnings("serial") // thrown and caught inside this package, never written
  private final Failure failure;

  Broken(Failure failure) {
    super(failure.reason(), null, false, false);
    this.failure = failure;
  }

  /** Two ranks that called different things. */
  static Broken mismatch(int rank, Header mine, int otherRank, Header theirs) {
    String ours = text("rank %d calls %s", rank, mine);
    String others = text("rank %d calls %s", otherRank, theirs);
    String both = rank < otherRank ? ours + ", " + others : others + ", " + ours;
    return new Broken(
        Failure.of(Kind.MISMATCH, List.of(rank, otherRank), "the ranks disagree: " + both));
  }

  Failure failure() {
    return failure;
  }
}
