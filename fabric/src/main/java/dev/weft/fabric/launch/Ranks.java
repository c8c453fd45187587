package dev.weft.fabric.launch;

/**
 * Which rank this is, and of how many.
 *
 * @param globalRank among all ranks of the job, from 0
 * @param localRank among the ranks of this machine, from 0
 * @param nodeRank which machine this is, from 0
 * @param worldSize how many ranks there are
 */
public record Ranks(int globalRank, int localRank, int nodeRank, int worldSize) {

  /** The only rank. */
  public static final Ranks SINGLE = new Ranks(0, 0, 0, 1);

  public Ranks {
    if (globalRank < 0 || globalRank >= worldSize || localRank < 0 || nodeRank < 0) {
      throw new IllegalArgumentException(
          "ranks: global rank "
              + globalRank
              + " of "
              + worldSize
              + ", local rank "
              + localRank
              + ", node "
              + nodeRank
              + ": a rank lies between 0 and the number of ranks");
    }
  }

  /** Whether it is the one that prints, logs and saves. */
  public boolean isGlobalZero() {
    return globalRank == 0;
  }

  /** Another rank of the same machine, when each machine has {@code perNode}. */
  Ranks local(int rank, int perNode) {
    return new Ranks(nodeRank * perNode + rank, rank, nodeRank, worldSize);
  }
}
