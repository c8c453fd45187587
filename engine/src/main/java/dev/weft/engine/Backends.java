package dev.weft.engine;

import dev.weft.engine.cpu.CpuBackend;
import dev.weft.engine.spi.Backend;
import dev.weft.engine.spi.Tape;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Finds the backend of a device, and the tape. The CPU's is built in; others are services. */
public final class Backends {

  private static final Map<String, Optional<Backend>> BY_TYPE = new ConcurrentHashMap<>();
  private static final Backend CPU = new CpuBackend();

  private Backends() {}

  /** Looked up once, when gradients are first asked for. */
  private static final class FoundTape {
    static final Optional<Tape> TAPE = findTape();
  }

  /** The backend that computes on {@code device}. */
  public static Backend of(Device device) {
    if (device.isCpu()) {
      return CPU;
    }
    Optional<Backend> found = BY_TYPE.computeIfAbsent(device.type(), Backends::find);
    Backend backend =
        found.orElseThrow(
            () ->
                new DeviceException(
                    "device "
                        + device
                        + ": no backend computes on it; add weft-"
                        + device.type()
                        + "-kernels to the class path, or use Device.CPU"));
    if (device.index() >= backend.deviceCount()) {
      throw new DeviceException(
          "device " + device + ": there are " + backend.deviceCount() + " of this type");
    }
    return backend;
  }

  /** How many devices of this type can be used; 0 without a backend for it. */
  public static int count(String type) {
    return type.equals("cpu")
        ? 1
        : BY_TYPE.computeIfAbsent(type, Backends::find).map(Backend::deviceCount).orElse(0);
  }

  static Tape tape() {
    return FoundTape.TAPE.orElseThrow(
        () ->
            new IllegalStateException(
                "gradients need the module dev.weft.autograd; add weft-autograd to the module or"
                    + " class path"));
  }

  /**
   * ServiceLoader wants the service as a literal of the calling module, so each has its own line.
   */
  private static Optional<Backend> find(String type) {
    return Stream.concat(
            ServiceLoader.load(Backend.class).stream(),
            ServiceLoader.load(Backend.class, ClassLoader.getSystemClassLoader()).stream())
        .map(ServiceLoader.Provider::get)
        .filter(b -> b.deviceType().equals(type))
        .findFirst();
  }

  private static Optional<Tape> findTape() {
    return Stream.concat(
            ServiceLoader.load(Tape.class).stream(),
            ServiceLoader.load(Tape.class, ClassLoader.getSystemClassLoader()).stream())
        .map(ServiceLoader.Provider::get)
        .findFirst();
  }
}
