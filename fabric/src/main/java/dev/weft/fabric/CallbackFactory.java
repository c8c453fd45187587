package dev.weft.fabric;

import java.util.List;

/** Makes callbacks for every Fabric of the JVM; found as a service. */
public interface CallbackFactory {

  /** New callbacks, in the order in which they are called. */
  List<?> callbacks();
}
