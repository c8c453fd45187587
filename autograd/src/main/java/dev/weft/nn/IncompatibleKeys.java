package dev.weft.nn;

import java.util.List;

/**
 * What a state dict and a module did not share, when loading was not strict.
 *
 * @param missing names the module has and the state dict lacks; these keep their values
 * @param unexpected names the state dict has and the module lacks; these were not used
 */
public record IncompatibleKeys(List<String> missing, List<String> unexpected) {

  public IncompatibleKeys {
    missing = List.copyOf(missing);
    unexpected = List.copyOf(unexpected);
  }

  /** Whether every name was found on both sides. */
  public boolean isEmpty() {
    return missing.isEmpty() && unexpected.isEmpty();
  }
}
