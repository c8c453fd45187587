package dev.weft.fabric.comm;

/**
 * A collective that has been started. Until it is done its tensors belong to it: they must be
 * neither read nor written.
 *
 * <p>It makes progress by itself; {@link #await} only waits (and lends its thread). Thread-safe.
 */
public interface Work {

  /**
   * Returns when this rank's part is done: results are in place and inputs may be reused.
   *
   * @throws CollectiveException when a rank failed, disagreed or did not come in time
   */
  void await();

  /** Whether it has ended, well or not. {@link #await} then returns or throws at once. */
  boolean isDone();
}
