package dev.weft.fabric.accelerator;

import dev.weft.engine.Device;
import dev.weft.engine.DeviceException;
import dev.weft.fabric.ConfigurationException;
import java.util.Collections;
import java.util.List;

/** The processors of this machine; {@code devices} is the number of ranks that share them. */
public final class CpuAccelerator implements Accelerator {

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public boolean isAvailable() {
    return true;
  }

  @Override
  public int autoDeviceCount() {
    return 1;
  }

  @Override
  public List<Device> devices(DeviceRequest devices) {
    return switch (devices) {
      case DeviceRequest.Auto _ -> Collections.nCopies(autoDeviceCount(), Device.CPU);
      case DeviceRequest.Count(int count) when count > 0 -> Collections.nCopies(count, Device.CPU);
      default ->
          throw new ConfigurationException(
              "devices="
                  + devices
                  + " with accelerator 'cpu': it takes a number of ranks, 1 or more");
    };
  }

  @Override
  public void setupDevice(Device device) {
    if (!device.isCpu()) {
      throw new DeviceException("accelerator 'cpu': " + device + " is no CPU");
    }
  }
}
