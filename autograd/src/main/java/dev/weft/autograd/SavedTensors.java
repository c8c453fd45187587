package dev.weft.autograd;

import dev.weft.engine.Context;
import dev.weft.engine.Scope;
import dev.weft.engine.Tensor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What stands for the tensors that ops on this thread save: handles, unless hooks are on. */
final class SavedTensors {

  /** One saved tensor. */
  interface Packed {
    /** The tensor; a handle of its own, on which an entry may be set. */
    Tensor unpack();

    /** Called once, when backward does not need it any more. */
    void release();
  }

  /** How tensors are saved. */
  @FunctionalInterface
  interface Packing {
    Packed pack(Tensor source);
  }

  private static final ThreadLocal<Packing> CURRENT = ThreadLocal.withInitial(() -> Handle::new);

  private SavedTensors() {}

  static Packed pack(Tensor source) {
    return CURRENT.get().pack(source);
  }

  /** Saves with {@code packing} until the scope closes. */
  static Scope use(Packing packing) {
    Packing before = CURRENT.get();
    CURRENT.set(packing);
    return () -> CURRENT.set(before);
  }

  /** Saves what {@code pack} returns, and gives it to {@code unpack} in backward. */
  static <P> Scope hooks(
      Function<? super Tensor, ? extends P> pack, Function<? super P, ? extends Tensor> unpack) {
    return use(
        source -> {
          Tensor shown = source.alias();
          try (var _ = Context.current().withGrad(false);
              var _ = use(Handle::new)) {
            return new Hooked<>(pack.apply(shown), unpack);
          }
        });
  }

  /** The tensor itself, kept alive whatever scopes end. */
  static final class Handle implements Packed {
    private final Tensor tensor;

    Handle(Tensor source) {
      tensor = source.alias();
    }

    @Override
    public Tensor unpack() {
      return tensor;
    }

    @Override
    public void release() {
      tensor.release();
    }
  }

  private static final class Hooked<P> implements Packed {
    private final P packed;
    private final Function<? super P, ? extends Tensor> unpack;
    private @Nullable Tensor unpacked;

    Hooked(P packed, Function<? super P, ? extends Tensor> unpack) {
      this.packed = packed;
      this.unpack = unpack;
    }

    @Override
    public Tensor unpack() {
      release();
      try (var _ = Context.current().withGrad(false)) {
        Tensor own = unpack.apply(packed).alias();
        unpacked = own;
        return own;
      }
    }

    @Override
    public void release() {
      if (unpacked != null) {
        unpacked.release();
      }
    }
  }
}
