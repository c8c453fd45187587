package dev.weft.fabric.accelerator;

import dev.weft.engine.Backends;
import dev.weft.engine.Device;
import dev.weft.engine.DeviceException;
import dev.weft.fabric.ConfigurationException;
import java.util.HashSet;
import java.util.List;
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
    int visible = autoDeviceCount();
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
    return indices.stream().map(index -> new Device(TYPE, index)).toList();
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
