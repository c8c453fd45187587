package dev.weft.engine;

/**
 * Where a tensor's elements live: {@code cpu}, {@code cuda:0}, or {@code meta}, which has shapes
 * but no memory. Immutable.
 *
 * @param type {@code cpu}, {@code cuda} or {@code meta}
 * @param index which of the devices of this type
 */
public record Device(String type, int index) {

  public static final Device CPU = new Device("cpu", 0);
  public static final Device META = new Device("meta", 0);

  public Device {
    if (index < 0) {
      throw new DeviceException("device '" + type + ":" + index + "': the index is negative");
    }
  }

  /** Reads {@code "cpu"}, {@code "cuda"} or {@code "cuda:1"}. */
  public static Device of(String text) {
    int colon = text.indexOf(':');
    String type = colon < 0 ? text : text.substring(0, colon);
    int index = 0;
    if (colon >= 0) {
      try {
        index = Integer.parseInt(text.substring(colon + 1));
      } catch (NumberFormatException e) {
        throw new DeviceException("device '" + text + "': what follows the colon is no number", e);
      }
    }
    return switch (type) {
      case "cpu", "meta", "cuda" -> new Device(type, index);
      default ->
          throw new DeviceException(
              "device '" + text + "' is unknown; write cpu, cuda, cuda:1 or meta");
    };
  }

  /** Whether kernels can read its memory from Java. */
  public boolean isCpu() {
    return type.equals("cpu");
  }

  /** Whether tensors on it have no memory. */
  public boolean isMeta() {
    return type.equals("meta");
  }

  @Override
  public String toString() {
    return type.equals("cuda") ? type + ":" + index : type;
  }
}
