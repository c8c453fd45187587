package dev.weft.fabric.launch;

/** Brings the ranks of this machine to life, connects them with all others, and watches them. */
public interface Launcher {

  /**
   * Runs {@code body} once per rank.
   *
   * @return what rank 0 of this machine returned
   * @throws RankFailedException naming the rank that failed first, when it was another than the one
   *     that this thread runs; the others have been stopped
   */
  <R> R launch(RankBody<R> body);

  /**
   * Makes this process a rank for the rest of its life, for programs that are scripts from top to
   * bottom.
   *
   * @throws UnsupportedOperationException when ranks are threads, which need a function to run
   */
  RankContext join();

  /** Whether it works in jshell, where there is no program that could be started again. */
  boolean isInteractiveCompatible();
}
