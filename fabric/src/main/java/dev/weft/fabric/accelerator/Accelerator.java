package dev.weft.fabric.accelerator;

import dev.weft.engine.Device;
import java.util.List;

/**
 * A kind of device. Further ones are found as services ({@link java.util.ServiceLoader}), or passed
 * to the builder. Immutable.
 */
public interface Accelerator {

  /** Its name, such as {@code cpu}. */
  String name();

  /** Whether this machine has one that can be used. */
  boolean isAvailable();

  /** How many devices {@code "auto"} means. */
  int autoDeviceCount();

  /**
   * The devices of this machine's ranks, in the order of the ranks.
   *
   * @throws dev.weft.fabric.ConfigurationException when {@code devices} does not suit
   */
  List<Device> devices(DeviceRequest devices);

  /** Makes {@code device} ready for the calling thread, which drives it. */
  default void setupDevice(Device device) {}

  /** Called when nobody uses it any more. */
  default void teardown() {}
}
