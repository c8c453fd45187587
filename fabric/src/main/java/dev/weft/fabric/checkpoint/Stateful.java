package dev.weft.fabric.checkpoint;

import java.util.Map;

/**
 * Something of the user's that a checkpoint saves and restores like a model: its state goes into
 * the file, and loading goes into the object.
 */
public interface Stateful {

  /** What it needs to go on: numbers, text, tensors, lists and maps of them. */
  Map<String, ?> stateDict();

  /**
   * Goes on from what {@link #stateDict} returned.
   *
   * @throws IllegalArgumentException when it does not fit; then nothing is changed
   */
  void loadStateDict(Map<String, ?> state);
}
