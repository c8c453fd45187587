package dev.weft.fabric.utilities;

/** The loss has jumped; see {@link SpikeDetection}. */
public final class TrainingSpikeException extends RuntimeException {

  private static final long serialVersionUID = 1;
  private final int batchIndex;

  TrainingSpikeException(int batchIndex, double loss, int rank) {
    super(
        "training spike at batch "
            + batchIndex
            + ": loss "
            + loss
            + " on rank "
            + rank
            + "; this batch and the one before are in the list of batches to leave out");
    this.batchIndex = batchIndex;
  }

  /** The batch with which it jumped. */
  public int batchIndex() {
    return batchIndex;
  }
}
