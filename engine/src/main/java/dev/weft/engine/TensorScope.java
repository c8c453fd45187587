package dev.weft.engine;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of code at whose end the tensors made in it are released, except those that were kept.
 * Scopes only make memory return sooner: a tensor made outside any scope is reclaimed by the
 * garbage collector.
 *
 * {@snippet :
 * try (var scope = TensorScope.open()) {
 *   Tensor y = x.mul(2).exp();
 *   total = scope.keep(y.sum());   // moves to the scope around this one
 * }
 * }
 *
 * <p>Confined to the thread that opened it. Scopes nest, and close in the reverse order.
 */
public final class TensorScope implements AutoCloseable {

  private final Context context;
  private final @Nullable TensorScope parent;
  private Tensor[] tensors = new Tensor[16];
  private int count;
  private boolean closed;

  private TensorScope(Context context) {
    this.context = context;
    this.parent = context.scope;
  }

  /** Starts a scope on this thread. */
  public static TensorScope open() {
    Context context = Context.current();
    var scope = new TensorScope(context);
    context.scope = scope;
    return scope;
  }

  void add(Tensor tensor) {
    if (count == tensors.length) {
      tensors = java.util.Arrays.copyOf(tensors, 2 * count);
    }
    tensors[count++] = tensor;
    tensor.scope = this;
  }

  /** Has the open scope of this thread release a tensor that no scope owns. Returns it. */
  public static <T extends Tensor> T adopt(T tensor) {
    TensorScope open = Context.current().scope;
    if (open != null && tensor.scope == null) {
      open.add(tensor);
    }
    return tensor;
  }

  /**
   * Moves a tensor to the enclosing scope, or out of all of them when there is none. Returns it.
   */
  public <T extends Tensor> T keep(T tensor) {
    if (tensor.scope == this) {
      moveOut(tensor);
    }
    return tensor;
  }

  private void moveOut(Tensor tensor) {
    if (parent == null) {
      tensor.scope = null;
    } else {
      parent.add(tensor);
    }
  }

  /**
   * Keeps every tensor found in a tensor, collection, map, array or record, however deeply nested.
   */
  public <T> T keepAll(T value) {
    switch (value) {
      case null -> {}
      case Tensor tensor -> keep(tensor);
      case Collection<?> items -> items.forEach(this::keepAll);
      case Map<?, ?> map -> map.values().forEach(this::keepAll);
      case Object[] items -> {
        for (Object item : items) {
          keepAll(item);
        }
      }
      case java.util.Optional<?> option -> option.ifPresent(this::keepAll);
      case Record record -> Records.components(record).forEach(this::keepAll);
      default -> {}
    }
    return value;
  }

  /** Releases what was made in the scope and not kept. Closing twice is harmless. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    if (context != Context.current()) {
      throw new IllegalStateException(
          "TensorScope: closed on another thread than the one that opened it");
    }
    if (context.scope != this) {
      throw new IllegalStateException(
          "TensorScope: closed before a scope that was opened inside it; use try-with-resources");
    }
    closed = true;
    context.scope = parent;
    for (int i = 0; i < count; i++) {
      Tensor tensor = tensors[i];
      if (tensor.scope == this) {
        tensor.scope = null;
        tensor.release();
      }
    }
  }
}
