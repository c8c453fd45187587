package dev.weft.bench.peers;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Embedding;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.weft.bench.Engine;
import dev.weft.bench.Work;
import dev.weft.bench.Work.Attention;
import dev.weft.bench.Work.Conv;
import dev.weft.bench.Work.Elementwise;
import dev.weft.bench.Work.Fused;
import dev.weft.bench.Work.Gemm;
import dev.weft.bench.Work.Mlp;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** libtorch 2.7.1 with MKL, through DJL. */
public final class DjlEngine implements Engine {

  @Override
  public String name() {
    return "djl";
  }

  @Override
  public void threads(int count) {
    ai.djl.engine.Engine.getInstance();
    JniUtils.setNumThreads(count);
  }

  @Override
  public boolean has(Work work) {
    return switch (work) {
      case Elementwise op -> op.kind() != Work.Kind.CAST;
      case Work.NanoGpt _ -> false;
      case Gemm _, Fused _, Attention _, Conv _, Mlp _ -> true;
    };
  }

  @Override
  public Task task(Work work) {
    NDManager all = NDManager.newBaseManager(Device.cpu());
    return switch (work) {
      case Gemm gemm -> gemm(all, gemm);
      case Elementwise op -> elementwise(all, op);
      case Fused op -> fused(all, op);
      case Attention op -> attention(all, op);
      case Conv conv -> conv(all, conv);
      case Mlp mlp -> mlp(all, mlp);
      case Work.NanoGpt _ -> throw new IllegalArgumentException("no " + work);
    };
  }

  private static Task closing(Supplier<NDArray> op) {
    return () -> op.get().close();
  }

  /** Runs an op on arrays whose results belong to a manager of their own, and closes that. */
  private static Task scoped(NDManager all, Consumer<NDList> op, NDArray... inputs) {
    return () -> {
      try (NDManager scope = all.newSubManager()) {
        var attached = new NDList(inputs);
        attached.attach(scope);
        op.accept(attached);
        attached.attach(all);
      }
    };
  }

  private static NDArray random(NDManager all, long... shape) {
    return all.randomNormal(new Shape(shape));
  }

  private static Task gemm(NDManager all, Gemm g) {
    if (g.batch() > 1) {
      NDArray a = random(all, g.batch(), g.m(), g.k());
      NDArray b = random(all, g.batch(), g.k(), g.n());
      return closing(() -> a.batchMatMul(b));
    }
    NDArray a = g.transposeA() ? random(all, g.k(), g.m()).transpose() : random(all, g.m(), g.k());
    NDArray b = g.transposeB() ? random(all, g.n(), g.k()).transpose() : random(all, g.k(), g.n());
    return closing(() -> a.matMul(b));
  }

  private static Task elementwise(NDManager all, Elementwise work) {
    NDArray x = random(all, work.side(), work.side());
    NDArray y = random(all, work.side(), work.side());
    return switch (work.kind()) {
      case ADD -> closing(() -> x.add(y));
      case MUL -> closing(() -> x.mul(y));
      case EXP -> closing(x::exp);
      case GELU -> closing(() -> x.getNDArrayInternal().gelu());
      case SUM -> closing(x::sum);
      case WHERE -> {
        NDArray condition = x.gt(y);
        yield closing(() -> x.getNDArrayInternal().where(condition, y));
      }
      // To bfloat16 it ends the process.
      case CAST -> throw new IllegalArgumentException("djl has no " + work);
      case COPY -> {
        NDArray transposed = x.transpose();
        // duplicate would keep the layout; reshaping must copy.
        long count = (long) work.side() * work.side();
        yield closing(() -> transposed.reshape(count));
      }
    };
  }

  private static Task fused(NDManager all, Fused work) {
    long side = 1024;
    NDArray x = random(all, side, side);
    return switch (work) {
      case SOFTMAX -> closing(() -> x.softmax(-1));
      case LOG_SOFTMAX -> closing(() -> x.logSoftmax(-1));
      case LAYER_NORM -> {
        NDArray weight = all.ones(new Shape(side));
        NDArray bias = all.zeros(new Shape(side));
        yield scoped(
            all,
            in ->
                LayerNorm.layerNorm(in.get(0), new Shape(side), in.get(1), in.get(2), 1e-5f)
                    .singletonOrThrow(),
            x,
            weight,
            bias);
      }
      case CROSS_ENTROPY -> {
        NDArray targets =
            all.randomInteger(0, side, new Shape(side), DataType.INT64).reshape(side, 1);
        x.setRequiresGradient(true);
        Loss loss = Loss.softmaxCrossEntropyLoss();
        yield training(
            all,
            in -> loss.evaluate(new NDList(in.get(1)), new NDList(in.get(0))),
            List.of(x),
            x,
            targets);
      }
      case ADAMW -> {
        NDArray gradient = random(all, side, side);
        Optimizer optimizer = Optimizer.adamW().build();
        yield () -> optimizer.update("x", x, gradient);
      }
      case EMBEDDING -> {
        NDArray ids = all.randomInteger(0, side, new Shape(4096), DataType.INT64);
        x.setRequiresGradient(true);
        yield training(
            all,
            in ->
                Embedding.embedding(in.get(1), in.get(0), SparseFormat.DENSE)
                    .singletonOrThrow()
                    .sum(),
            List.of(x),
            x,
            ids);
      }
    };
  }

  /** Forward and backward; gradients are zeroed, so that they do not grow without end. */
  private static Task training(
      NDManager all, Function<NDList, NDArray> loss, List<NDArray> parameters, NDArray... inputs) {
    Task step =
        scoped(
            all,
            in -> {
              try (var collector = all.getEngine().newGradientCollector()) {
                NDArray value = loss.apply(in);
                collector.backward(value);
              }
            },
            inputs);
    return () -> {
      step.run();
      for (NDArray parameter : parameters) {
        try (NDArray gradient = parameter.getGradient()) {
          gradient.subi(gradient);
        }
      }
    };
  }

  private static Task attention(NDManager all, Attention work) {
    long[] shape = {work.heads(), work.time(), work.width()};
    NDArray q = random(all, shape);
    NDArray k = random(all, shape);
    NDArray v = random(all, shape);
    for (NDArray x : List.of(q, k, v)) {
      x.setRequiresGradient(true);
    }
    double scale = 1 / Math.sqrt(work.width());
    return training(
        all,
        in ->
            in.get(0)
                .mul(scale)
                .batchMatMul(in.get(1).transpose(0, 2, 1))
                .softmax(-1)
                .batchMatMul(in.get(2))
                .sum(),
        List.of(q, k, v),
        q,
        k,
        v);
  }

  private static Task conv(NDManager all, Conv c) {
    NDArray x = random(all, c.batch(), c.in(), c.size(), c.size());
    NDArray w = random(all, c.out(), c.in(), c.kernel(), c.kernel());
    x.setRequiresGradient(true);
    w.setRequiresGradient(true);
    NDArray bias = all.zeros(new Shape(c.out()));
    Shape stride = new Shape(c.stride(), c.stride());
    Shape padding = new Shape(c.padding(), c.padding());
    return training(
        all,
        in ->
            Conv2d.conv2d(in.get(0), in.get(1), in.get(2), stride, padding)
                .singletonOrThrow()
                .sum(),
        List.of(x, w),
        x,
        w,
        bias);
  }

  private static Task mlp(NDManager all, Mlp m) {
    NDArray x = random(all, m.batch(), m.in());
    NDArray targets =
        all.randomInteger(0, m.out(), new Shape(m.batch()), DataType.INT64).reshape(m.batch(), 1);
    NDArray w1 = random(all, m.hidden(), m.in()).muli(0.03);
    NDArray b1 = all.zeros(new Shape(m.hidden()));
    NDArray w2 = random(all, m.out(), m.hidden()).muli(0.03);
    NDArray b2 = all.zeros(new Shape(m.out()));
    List<NDArray> parameters = List.of(w1, b1, w2, b2);
    for (NDArray parameter : parameters) {
      parameter.setRequiresGradient(true);
    }
    Optimizer optimizer = Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.01f)).build();
    Loss loss = Loss.softmaxCrossEntropyLoss();
    Task step =
        scoped(
            all,
            in -> {
              try (var collector = all.getEngine().newGradientCollector()) {
                NDArray hidden =
                    Activation.relu(
                        Linear.linear(in.get(0), in.get(2), in.get(3)).singletonOrThrow());
                NDArray logits = Linear.linear(hidden, in.get(4), in.get(5)).singletonOrThrow();
                NDArray value = loss.evaluate(new NDList(in.get(1)), new NDList(logits));
                collector.backward(value);
              }
            },
            x,
            targets,
            w1,
            b1,
            w2,
            b2);
    return () -> {
      step.run();
      for (int i = 0; i < parameters.size(); i++) {
        NDArray parameter = parameters.get(i);
        try (NDArray gradient = parameter.getGradient()) {
          optimizer.update(Integer.toString(i), parameter, gradient);
          gradient.subi(gradient);
        }
      }
    };
  }
}
