package dev.weft.engine;

/** Moves tensors between devices. */
final class Transfer {

  private Transfer() {}

  /** The values of {@code x} on another device. Gradients do not cross devices by themselves. */
  static Tensor move(Tensor x, Device device) {
    if (x.isReleased()) {
      throw x.usedAfterRelease("to(" + device + ")");
    }
    if (x.device().isMeta()) {
      throw new DeviceException("to(" + device + "): a tensor on meta has no elements to move");
    }
    Context context = Context.current();
    if (context.gradEnabled() && x.isTracked()) {
      throw new DeviceException(
          "to("
              + device
              + "): gradients do not flow across devices; move the leaf, or detach() it first");
    }
    Tensor source = x.contiguous();
    Tensor result = Tensor.allocate("to", source.spec().withDevice(device), context);
    if (!device.isMeta()) {
      copy(source, result);
    }
    if (source != x) {
      source.release();
    }
    return result;
  }

  private static void copy(Tensor source, Tensor target) {
    long bytes = source.spec().bytes();
    long from = source.layout().offset() * source.dtype().bytes();
    if (source.device().isCpu()) {
      Backends.of(target.device()).copyIn(source.segment(), target.storage(), 0, bytes);
    } else if (target.device().isCpu()) {
      Backends.of(source.device()).copyOut(source.storage(), from, target.segment(), bytes);
    } else {
      Tensor host = move(source, Device.CPU);
      copy(host, target);
      host.release();
    }
  }
}
