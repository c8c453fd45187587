package dev.weft.fabric.launch;

/** How the ranks of a machine come about. */
public enum RankStart {
  /** There is one, and it is the thread that is there. */
  IN_PLACE,
  /** The program is started again for each further one. */
  PROCESSES,
  /** Each is a thread of this JVM. */
  THREADS
}
