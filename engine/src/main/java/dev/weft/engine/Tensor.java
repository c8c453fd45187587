package dev.weft.engine;

import dev.weft.engine.op.Op;
import dev.weft.engine.spi.Tape;
import dev.weft.engine.spi.TapeEntry;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An n-dimensional array: a layout over a storage. Views share the storage of their base.
 *
 * <p>Operations are methods with PyTorch's names in camelCase; they come from the {@code …Ops}
 * interfaces, by family. Binary ones broadcast and promote as PyTorch does. Methods that change the
 * receiver end in {@code InPlace}.
 *
 * <p>Memory is native. It returns to its pool when the enclosing {@link TensorScope} (a module call
 * is one) ends, when {@link #release} is called, or when the garbage collector finds the tensor
 * unreachable. Using a released tensor throws {@link IllegalStateException}.
 *
 * <p>Confined: a tensor may be handed from thread to thread, but not used by two at the same time
 * while one of them writes.
 *
 * {@snippet :
 * Tensor x = Tensor.of(1f, 2f, 3f);
 * Tensor y = x.mul(2).add(1).exp().sum();
 * }
 */
public non-sealed class Tensor extends TensorJoins
    implements ElementwiseOps,
        CompareOps,
        SpecialOps,
        ReductionOps,
        ScanOps,
        SortOps,
        StatisticsOps,
        InPlaceOps,
        RandomOps,
        ShapeOps,
        SplitOps,
        ArrangeOps,
        IndexOps,
        MaskOps,
        MatrixOps,
        ComplexOps,
        AliasOps,
        Index {

  private Storage storage;
  private Layout layout;
  private TensorSpec spec;
  private boolean view;
  private boolean released;
  private boolean inference;

  /** The scope that will release it; null when none will. */
  @Nullable TensorScope scope;

  private @Nullable TapeEntry entry;

  /** What a view shows, so that gradients follow when the memory is changed through either. */
  private @Nullable Tensor base;

  /** The storage's version that {@link #entry} stands for. */
  private int entryVersion;

  private Tensor(Storage storage, Layout layout, TensorSpec spec, boolean view) {
    this.storage = storage;
    this.layout = layout;
    this.spec = spec;
    this.view = view;
  }

  /**
   * A tensor over the memory of {@code data}, which stays valid by itself; for subclasses such as
   * parameters.
   */
  protected Tensor(Tensor data) {
    this(data.storage, data.layout, data.spec, data.view);
    if (!storage.retain()) {
      throw data.usedAfterRelease("new tensor");
    }
  }

  /** Uninitialised memory for {@code spec}, owned by the open scope; {@code op} is who asks. */
  static Tensor allocate(Object op, TensorSpec spec, Context context) {
    long bytes = spec.bytes(op);
    Storage storage;
    try {
      storage = Storage.allocate(spec.device(), bytes);
    } catch (NativeMemoryException e) {
      throw new NativeMemoryException(op + ": " + spec + ": " + e.getMessage(), e);
    }
    var tensor = new Tensor(storage, Layout.contiguous(spec.shape()), spec, false);
    tensor.inference = context.inferenceMode;
    tensor.own(context);
    return tensor;
  }

  /**
   * Another layout over the memory of {@code source}. While gradients are on, its history follows
   * that of what it shows.
   */
  static Tensor view(Tensor source, Layout layout, DType dtype, Context context) {
    Tensor view = sharing(source, layout, dtype, true, context);
    if (context.gradEnabled) {
      view.base = source.base == null ? source : source.base;
      view.entryVersion = source.storage.version();
    }
    return view;
  }

  /** Another layout over the memory of {@code source}, without history. */
  static Tensor sharing(Tensor source, Layout layout, DType dtype, boolean view, Context context) {
    if (!source.storage.retain()) {
      throw source.usedAfterRelease("view");
    }
    TensorSpec spec = source.spec.withShape(layout.shape()).withDtype(dtype);
    var tensor = new Tensor(source.storage, layout, spec, view);
    tensor.inference = source.inference;
    tensor.own(context);
    return tensor;
  }

  private void own(Context context) {
    if (context.scope != null) {
      context.scope.add(this);
    }
  }

  // ---------------------------------------------------------------------------- foreign memory

  /**
   * A tensor over memory that somebody else owns; {@code block.free()} is called when nobody uses
   * it any more. The layout must lie inside the block.
   */
  public static Tensor wrap(
      dev.weft.engine.spi.Block block, Layout layout, DType dtype, Device device) {
    if (Math.multiplyExact(layout.extent(), (long) dtype.bytes()) > block.bytes()) {
      throw new ShapeException(
          "wrap: " + layout + " of " + dtype + " reaches beyond " + block.bytes() + " bytes");
    }
    var spec = new TensorSpec(layout.shape(), dtype, device);
    var tensor = new Tensor(Storage.wrap(device, block.bytes(), block), layout, spec, false);
    tensor.own(Context.current());
    return tensor;
  }

  /**
   * A tensor over part of a storage. All that are made over one storage share its memory, as views
   * do, though none is a view of another; how readers of files restore what was shared when saved.
   */
  public static Tensor over(Storage storage, Layout layout, DType dtype) {
    long end = Math.max(layout.extent(), layout.offset());
    if (Math.multiplyExact(end, (long) dtype.bytes()) > storage.bytes()) {
      throw new ShapeException(
          "over: " + layout + " of " + dtype + " reaches beyond " + storage.bytes() + " bytes");
    }
    if (!storage.retain()) {
      throw new IllegalStateException("over: the storage was released before this use");
    }
    var spec = new TensorSpec(layout.shape(), dtype, storage.device());
    var tensor = new Tensor(storage, layout, spec, false);
    tensor.own(Context.current());
    return tensor;
  }

  // ------------------------------------------------------------------------------ what it is

  public Shape shape() {
    return spec.shape();
  }

  /** The size of dimension {@code dim}; negative counts from the end. */
  public long size(int dim) {
    return spec.shape().size(dim);
  }

  /** The number of dimensions. */
  public int rank() {
    return spec.shape().rank();
  }

  /** The number of elements. */
  public long numel() {
    return spec.shape().numel();
  }

  public DType dtype() {
    return spec.dtype();
  }

  public Device device() {
    return spec.device();
  }

  /** Shape, dtype and device in one value. */
  public TensorSpec spec() {
    return spec;
  }

  /** The spec, after a check that the tensor is still there. */
  TensorSpec spec(Op op) {
    if (released || storage.isReleased()) {
      throw usedAfterRelease(op);
    }
    return spec;
  }

  public Layout layout() {
    return layout;
  }

  /** The memory behind it; other tensors may share it. */
  public Storage storage() {
    return storage;
  }

  /** Whether its elements lie row-major without gaps. */
  public boolean isContiguous() {
    return layout.isContiguous();
  }

  /** Whether it was made as a view of another tensor. */
  public boolean isView() {
    return view;
  }

  /** Whether it was made in inference mode, so that it can never ask for a gradient. */
  public boolean isInference() {
    return inference;
  }

  // ------------------------------------------------------------------------------ its memory

  /** Whether its memory is gone. */
  public boolean isReleased() {
    return released || storage.isReleased();
  }

  /**
   * Lets go of the memory now. Harmless when done before; views and what backward saved keep the
   * memory as long as they need it.
   */
  public void release() {
    if (!released) {
      released = true;
      scope = null;
      storage.release();
    }
  }

  /** Moves it out of the open scope, so that it outlives it. */
  public Tensor keep() {
    if (scope != null) {
      scope.keep(this);
    }
    return this;
  }

  IllegalStateException usedAfterRelease(Object op) {
    return new IllegalStateException(
        op
            + ": a tensor of "
            + spec
            + " was released before this use"
            + storage
                .madeAt()
                .map(place -> "; it was made at " + place)
                .orElse("; keep() it, or run with -Dweft.trackMemory to see where it was made"));
  }

  /** Another handle on the same memory and values that no scope owns; what a tape saves. */
  public Tensor alias() {
    if (released || !storage.retain()) {
      throw usedAfterRelease("alias");
    }
    return new Tensor(storage, layout, spec, view);
  }

  /**
   * The elements of a contiguous CPU tensor as native memory. Valid while the tensor is; writing to
   * it must be announced with {@link #changed}.
   */
  public MemorySegment segment() {
    if (isReleased()) {
      throw usedAfterRelease("segment");
    }
    if (!device().isCpu()) {
      throw new DeviceException(
          "segment: a tensor on " + device() + " has no memory here; use x.to(Device.CPU)");
    }
    if (!isContiguous()) {
      throw new ShapeException("segment: " + spec + " has gaps; use x.contiguous()");
    }
    return MemorySegment.ofAddress(address()).reinterpret(spec.bytes());
  }

  /** Where its first element lies. For kernels, which hold the storage while they run. */
  public long address() {
    return storage.address() + layout.offset() * dtype().bytes();
  }

  /** Announces that the memory was written to by other means than an op. */
  public void changed() {
    storage.changed();
  }

  /** Bytes of native memory that are in use in this process. */
  public static long liveBytes() {
    return MemoryPool.HOST.liveBytes();
  }

  /** Runs the garbage collector and returns the memory of tensors that nobody can reach. */
  public static void collectGarbage() {
    Storage.collectGarbage();
  }

  // ------------------------------------------------------------------------------ its elements

  /** The only element as a double. */
  public double item() {
    requireOne("item");
    Tensor host = onHost("item");
    double value = Native.getDouble(dtype(), host.storage.address(), host.layout.offset());
    letGo(host);
    return value;
  }

  /** The only element as a long; floating ones are truncated. */
  public long itemLong() {
    requireOne("itemLong");
    Tensor host = onHost("itemLong");
    long value = Native.getLong(dtype(), host.storage.address(), host.layout.offset());
    letGo(host);
    return value;
  }

  /** The only element as a complex number; a real one has imaginary part 0. */
  public Complex itemComplex() {
    requireOne("itemComplex");
    Tensor host = onHost("itemComplex");
    Complex value = host.complexAt(host.layout.offset());
    letGo(host);
    return value;
  }

  private Complex complexAt(long position) {
    if (!isComplex()) {
      return new Complex(Native.getDouble(dtype(), storage.address(), position), 0);
    }
    DType part = dtype().toReal();
    return new Complex(
        Native.getDouble(part, storage.address(), 2 * position),
        Native.getDouble(part, storage.address(), 2 * position + 1));
  }

  /** One element as a complex number. Negative indices count from the end. */
  public Complex getComplex(long... index) {
    Tensor host = onHost("getComplex");
    Complex value = host.complexAt(host.layout.position(index));
    letGo(host);
    return value;
  }

  /** All elements in row-major order, as complex numbers. */
  public Complex[] toComplexArray() {
    Tensor host = rowMajorOnHost();
    Complex[] values = new Complex[Math.toIntExact(numel())];
    for (int i = 0; i < values.length; i++) {
      values[i] = host.complexAt(host.layout.offset() + i);
    }
    letGo(host);
    return values;
  }

  private void requireOne(String op) {
    if (numel() != 1) {
      throw new ShapeException(op + ": " + spec + " has " + numel() + " elements, not one");
    }
  }

  /** This tensor, or a copy on the CPU of one on another device; for {@link #letGo} afterwards. */
  private Tensor onHost(String op) {
    if (isReleased()) {
      throw usedAfterRelease(op);
    }
    if (device().isMeta()) {
      throw new DeviceException(op + ": a tensor on meta has no elements");
    }
    if (device().isCpu()) {
      return this;
    }
    try (var _ = Context.current().withGrad(false)) {
      return to(Device.CPU);
    }
  }

  /** As {@link #onHost}, and row-major. */
  private Tensor rowMajorOnHost() {
    Tensor host = onHost("toArray");
    if (host.isContiguous()) {
      return host;
    }
    try (var _ = Context.current().withGrad(false)) {
      return host.contiguous();
    }
  }

  /** Ends the reading of {@code host}; until here its memory could not be reused. */
  private void letGo(Tensor host) {
    if (host == this) {
      Reference.reachabilityFence(this);
    } else {
      host.release();
    }
  }

  /** One element as a double. Negative indices count from the end. */
  public double getDouble(long... index) {
    Tensor host = onHost("getDouble");
    double value = Native.getDouble(dtype(), host.storage.address(), host.layout.position(index));
    letGo(host);
    return value;
  }

  /** One element as a float. */
  public float getFloat(long... index) {
    return (float) getDouble(index);
  }

  /** One element as a long; floating ones are truncated. */
  public long getLong(long... index) {
    Tensor host = onHost("getLong");
    long value = Native.getLong(dtype(), host.storage.address(), host.layout.position(index));
    letGo(host);
    return value;
  }

  /** One element as a boolean: whether it is not zero. */
  public boolean getBoolean(long... index) {
    Complex value = getComplex(index);
    return value.re() != 0 || value.im() != 0;
  }

  /** All elements in row-major order, as doubles. */
  public double[] toDoubleArray() {
    Tensor host = rowMajorOnHost();
    double[] values = new double[Math.toIntExact(numel())];
    for (int i = 0; i < values.length; i++) {
      values[i] = Native.getDouble(host.dtype(), host.storage.address(), host.layout.offset() + i);
    }
    letGo(host);
    return values;
  }

  /** All elements in row-major order, as floats. */
  public float[] toFloatArray() {
    Tensor host = rowMajorOnHost();
    float[] values = new float[Math.toIntExact(numel())];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          (float) Native.getDouble(host.dtype(), host.storage.address(), host.layout.offset() + i);
    }
    letGo(host);
    return values;
  }

  /** All elements in row-major order, as longs; floating ones are truncated. */
  public long[] toLongArray() {
    Tensor host = rowMajorOnHost();
    long[] values = new long[Math.toIntExact(numel())];
    for (int i = 0; i < values.length; i++) {
      values[i] = Native.getLong(host.dtype(), host.storage.address(), host.layout.offset() + i);
    }
    letGo(host);
    return values;
  }

  /**
   * Whether {@code other} has the same shape and equal elements (NaN equals nothing), as in
   * PyTorch.
   */
  public boolean equal(Tensor other) {
    Operands.given("equal", "other", other);
    return shape().equals(other.shape()) && eq(other).all().itemLong() == 1;
  }

  // ------------------------------------------------------------------------------ its place

  /**
   * Overwrites what {@link #get(Index...)} picks with {@code values}, which broadcast and convert.
   * Returns this.
   */
  public Tensor set(Tensor values, Index... indices) {
    Operands.given("set", "values", values);
    Tensor converted = values.to(device()).to(dtype());
    if (Context.current().gradEnabled() && (isTracked() || values.isTracked())
        || Arrays.stream(indices).anyMatch(Tensor.class::isInstance)) {
      return copyFrom(indexPut(converted, indices));
    }
    get(indices).copyFrom(converted);
    return this;
  }

  /** Overwrites what {@link #get(Index...)} picks with a number. Returns this. */
  public Tensor set(double value, Index... indices) {
    return set(full(Shape.SCALAR, value, dtype(), device()), indices);
  }

  /**
   * Lets this tensor stand for the memory of {@code data} from now on, keeping its identity and its
   * gradient's place; how modules move to another dtype or device.
   */
  public void setData(Tensor data) {
    Operands.given("setData", "data", data);
    if (!data.storage.retain()) {
      throw data.usedAfterRelease("setData");
    }
    Storage before = storage;
    storage = data.storage;
    layout = data.layout;
    spec = data.spec;
    base = null;
    if (released) {
      released = false;
    } else {
      before.release();
    }
  }

  // ------------------------------------------------------------------------------ gradients

  /** Whether backward will compute a gradient for it, or through it. */
  public boolean requiresGrad() {
    return entry() != null;
  }

  boolean isTracked() {
    return entry() != null;
  }

  /** The tape's entry; a view's is renewed when the memory was changed since it was attached. */
  private @Nullable TapeEntry entry() {
    Tensor from = base;
    if (from != null
        && from.entry != null
        && from.storage == storage
        && entryVersion != storage.version()) {
      entryVersion = storage.version();
      Backends.tape().renewView(from, this);
    }
    return entry;
  }

  /**
   * For tapes: the tensor that this view shows, and whose history its own follows. Empty for
   * tensors with memory of their own, for detached ones, and for views taken while gradients were
   * off.
   */
  public Optional<Tensor> base() {
    return Optional.ofNullable(base);
  }

  /** Starts or stops asking for the gradient of a leaf. Returns this. */
  public Tensor requiresGrad(boolean on) {
    if (on != requiresGrad()) {
      Backends.tape().requireGrad(this, on);
    }
    return this;
  }

  /** The gradient that backward left in this leaf. */
  public Optional<Tensor> grad() {
    return entry() == null ? Optional.empty() : Backends.tape().grad(this);
  }

  /** Replaces the gradient; empty clears it. */
  public void grad(Optional<Tensor> gradient) {
    Backends.tape().grad(this, gradient);
  }

  /** Whether it was made by the user and not by an op that was recorded. */
  public boolean isLeaf() {
    return entry() == null || Backends.tape().isLeaf(this);
  }

  /** Keeps the gradient of a tensor that is no leaf, too. Returns this. */
  public Tensor retainGrad() {
    tracked("retainGrad").retainGrad(this);
    return this;
  }

  /**
   * Calls {@code hook} with its gradient during backward; what the hook returns is used instead.
   */
  public Scope registerHook(UnaryOperator<Tensor> hook) {
    return tracked("registerHook").hook(this, hook);
  }

  /** Adds the gradients of this scalar to the leaves it was made from. */
  public void backward() {
    tracked("backward").backward(this, Optional.empty(), false, false);
  }

  /** Adds the gradients of ⟨this, gradient⟩ to the leaves it was made from. */
  public void backward(Tensor gradient) {
    tracked("backward").backward(this, Optional.of(gradient), false, false);
  }

  private Tape tracked(String op) {
    if (entry() == null) {
      throw new IllegalStateException(
          op
              + ": a tensor of "
              + spec
              + " needs no gradient; call requiresGrad(true) on what it is made from,"
              + " and do not make it inside Autograd.noGrad()");
    }
    return Backends.tape();
  }

  /** The same values, untracked. Shares memory. */
  public Tensor detach() {
    return sharing(this, layout, dtype(), true, Context.current());
  }

  /** For tapes: what they attached. */
  public Optional<TapeEntry> tapeEntry() {
    return Optional.ofNullable(entry());
  }

  /** For tapes: attaches an entry, or with empty stops tracking. */
  public void tapeEntry(Optional<? extends TapeEntry> attached) {
    entry = attached.orElse(null);
    entryVersion = storage.version();
  }

  /**
   * As PyTorch prints it: values, large tensors abridged, then dtype and device where not the
   * default.
   */
  @Override
  public String toString() {
    return TensorFormat.format(this);
  }
}
