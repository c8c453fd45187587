package dev.weft.fabric.accelerator;

import dev.weft.engine.Backends;
import dev.weft.engine.Device;
import dev.weft.engine.DeviceException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import dev.weft.fabric.ConfigurationException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** NVIDIA GPUs, through the backend on the class path. */
public final class CudaAccelerator implements Accelerator {

  private static final String TYPE = "cuda";

  @Override
  public String name() {
    return TYPE;
  }

  @Override
  public boolean isAvailable() {
    return autoDeviceCount() > 0;
  }

  @Override
  public int autoDeviceCount() {
    return Backends.count(TYPE);
  }

  @Override
  public List<Device> devices(DeviceRequest devices) {
    return indices(devices, autoDeviceCount()).stream()
        .map(index -> new Device(TYPE, index))
        .toList();
  }

  static List<Integer> indices(DeviceRequest devices, int visible) {
    List<Integer> indices =
        switch (devices) {
          case DeviceRequest.Auto _ -> first(visible);
          case DeviceRequest.Count(int count) when count == -1 -> first(visible);
          case DeviceRequest.Count(int count) -> first(count);
          case DeviceRequest.Indices(List<Integer> chosen) -> chosen;
        };
    for (int index : indices) {
      if (index < 0 || index >= visible) {
        throw new ConfigurationException(
            "devices="
                + devices
                + ": there is no GPU "
                + index
                + "; there are "
                + visible
                + ", counted from 0");
      }
    }
    if (indices.isEmpty() || new HashSet<>(indices).size() < indices.size()) {
      throw new ConfigurationException(
          "devices=" + devices + ": each GPU may be named once, and one is needed at least");
    }
    return indices;
  }

  /**
   * The first GPUs on which a tensor can be placed, which fails for those that other programs have
   * to themselves.
   *
   * @param count how many are needed; -1 for as many as can be used
   * @throws IllegalArgumentException when the machine has not that many
   * @throws IllegalStateException when too few of them can be used; it names the others
   */
  public static List<Integer> findUsable(int count) {
    return findUsable(count, Backends.count(TYPE), CudaAccelerator::isUsable);
  }

  static List<Integer> findUsable(int count, int visible, IntPredicate usable) {
    if (count == 0) {
      return List.of();
    }
    if (count < -1 || visible == 0 || count > visible) {
      throw new IllegalArgumentException(
          "findUsable: "
              + (count == -1 ? "all" : count)
              + " GPUs are asked for, and there are "
              + visible);
    }
    List<Integer> found = new ArrayList<>();
    List<Integer> busy = new ArrayList<>();
    for (int index = 0; index < visible && found.size() != count; index++) {
      (usable.test(index) ? found : busy).add(index);
    }
    if (found.size() < count) {
      throw new IllegalStateException(
          "findUsable: "
              + count
              + " GPUs are asked for, but only "
              + found.size()
              + " can be used; another program may have "
              + busy
              + " to itself");
    }
    return List.copyOf(found);
  }

  private static boolean isUsable(int index) {
    try (var _ = TensorScope.open()) {
      Tensor.zeros(1).to(new Device(TYPE, index));
      return true;
    } catch (RuntimeException e) {
      return false; // what is wrong with it is seen when somebody names it
    }
  }

  private static List<Integer> first(int count) {
    return IntStream.range(0, Math.max(0, count)).boxed().toList();
  }

  @Override
  public void setupDevice(Device device) {
    if (!device.type().equals(TYPE)) {
      throw new DeviceException("accelerator 'cuda': " + device + " is no GPU");
    }
  }
}
