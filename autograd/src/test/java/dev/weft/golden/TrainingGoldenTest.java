package dev.weft.golden;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import dev.weft.engine.io.Json;
import dev.weft.golden.Golden.Case;
import dev.weft.golden.GoldenAccount.NoRowException;
import dev.weft.nn.AttentionMask;
import dev.weft.nn.BatchNorm2d;
import dev.weft.nn.Conv2d;
import dev.weft.nn.ConvOptions;
import dev.weft.nn.Embedding;
import dev.weft.nn.Flatten;
import dev.weft.nn.Functional;
import dev.weft.nn.LayerNorm;
import dev.weft.nn.Linear;
import dev.weft.nn.LossOptions;
import dev.weft.nn.MaxPool2d;
import dev.weft.nn.Module;
import dev.weft.nn.ReLU;
import dev.weft.nn.Sequential;
import dev.weft.nn.SiLU;
import dev.weft.nn.Tanh;
import dev.weft.optim.Clipping;
import dev.weft.optim.CosineAnnealingLR;
import dev.weft.optim.LRScheduler;
import dev.weft.optim.Optimizer;
import dev.weft.optim.ParameterGroup;
import dev.weft.optim.StepLR;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whole training runs, from PyTorch's initial weights, against PyTorch's. */
@ExtendWith(GoldenAccount.class)
class TrainingGoldenTest {

  private static final class Block extends Module<Tensor, Tensor> {
    final LayerNorm norm1 = new LayerNorm(8);
    final LayerNorm norm2 = new LayerNorm(8);
    final Linear qkv = new Linear(8, 24);
    final Linear out = new Linear(8, 8);
    final Linear up = new Linear(8, 16);
    final Linear down = new Linear(16, 8);

    @Override
    protected Tensor forward(Tensor x) {
      long batch = x.size(0);
      long time = x.size(1);
      List<Tensor> parts =
          qkv.apply(norm1.apply(x)).split(8, 2).stream()
              .map(part -> part.view(batch, time, 2, 4).transpose(1, 2))
              .toList();
      Tensor y =
          Functional.scaledDotProductAttention(
              parts.get(0), parts.get(1), parts.get(2), AttentionMask.CAUSAL);
      Tensor z = x.add(out.apply(y.transpose(1, 2).reshape(batch, time, 8)));
      return z.add(down.apply(up.apply(norm2.apply(z)).gelu()));
    }
  }

  private static final class Gpt extends Module<Tensor, Tensor> {
    final Embedding token = new Embedding(11, 8);
    final Embedding position = new Embedding(6, 8);
    final Block block = new Block();
    final LayerNorm norm = new LayerNorm(8);
    final Linear head = new Linear(8, 11, false);

    @Override
    protected Tensor forward(Tensor ids) {
      Tensor x = token.apply(ids).add(position.apply(Tensor.arange(ids.size(1))));
      return head.apply(norm.apply(block.apply(x)));
    }
  }

  private static Module<Tensor, Tensor> model(String op) {
    return switch (op) {
      case "training.mlp" -> Sequential.of(new Linear(6, 8), new Tanh(), new Linear(8, 3));
      case "training.autoencoder" -> Sequential.of(new Linear(7, 4), new SiLU(), new Linear(4, 7));
      case "training.cnn" ->
          Sequential.of(
              new Conv2d(1, 4, 3, ConvOptions.DEFAULT.padding(1)),
              new BatchNorm2d(4),
              new ReLU(),
              new MaxPool2d(2),
              new Flatten(),
              new Linear(36, 5));
      case "training.gpt" -> new Gpt();
      default -> throw new NoRowException(op);
    };
  }

  static Stream<Case> cases() {
    return Golden.cases("training");
  }

  @TestFactory
  Stream<DynamicTest> runs() {
    return cases()
        .map(
            c ->
                dynamicTest(
                    c.id(),
                    () -> {
                      run(c, "float64");
                      run(c, "float32");
                    }));
  }

  private static void run(Case c, String dtype) {
    var args = new LinkedHashMap<String, Json>();
    c.json().get("args").forEach(arg -> args.put(arg.get("name").text(), arg.get("value")));
    Module<Tensor, Tensor> model = model(c.op());
    model.to(DType.of(dtype));
    model.loadStateDict(c.tensors("state", dtype));
    ParameterGroup group = ParameterGroup.of(model.parameters());
    args.get("optimizer_args")
        .members()
        .forEach((name, value) -> group.set(name, OptimizerGoldenTest.option(value)));
    Optimizer optimizer =
        OptimizerGoldenTest.optimizer(args.get("optimizer").text(), List.of(group));
    Optional<LRScheduler> schedule =
        Optional.ofNullable(args.get("scheduler"))
            .map(name -> schedule(name.text(), args.get("scheduler_args"), optimizer));
    Map<String, Tensor> in = c.tensors("inputs", dtype);
    int parts = args.containsKey("accumulate") ? (int) args.get("accumulate").longValue() : 1;
    var losses = new ArrayList<Tensor>();
    var norms = new ArrayList<Tensor>();
    for (int step = 0; step < c.json().get("steps").longValue(); step++) {
      optimizer.zeroGrad();
      Tensor total = Tensor.scalar(0).to(DType.of(dtype));
      List<Tensor> x = in.get("x").chunk(parts, 0);
      List<Tensor> y = in.get("y").chunk(parts, 0);
      for (int part = 0; part < x.size(); part++) {
        Tensor loss = loss(args, model.apply(x.get(part)), y.get(part)).div(parts);
        loss.backward();
        total = total.add(loss.detach());
      }
      losses.add(total);
      if (args.containsKey("clip_norm")) {
        norms.add(Clipping.clipGradNorm(model.parameters(), args.get("clip_norm").doubleValue()));
      }
      optimizer.step();
      schedule.ifPresent(LRScheduler::step);
    }
    Map<String, Tensor> state = model.stateDict();
    for (Json output : c.json().get("outputs")) {
      String name = output.get("name").text();
      Tensor got =
          switch (name) {
            case "loss" -> Tensor.stack(losses, 0);
            case "norm" -> Tensor.stack(norms, 0);
            default -> state.get(name.substring("final.".length()));
          };
      c.check(name, got, c.expected(output, dtype), dtype);
    }
  }

  private static Tensor loss(Map<String, Json> args, Tensor out, Tensor y) {
    if (args.get("loss").text().equals("mse")) {
      return Functional.mseLoss(out, y);
    }
    double smoothing =
        args.containsKey("label_smoothing") ? args.get("label_smoothing").doubleValue() : 0;
    return Functional.crossEntropy(
        out.flatten(0, -2), y.flatten(), LossOptions.DEFAULT.labelSmoothing(smoothing));
  }

  private static LRScheduler schedule(String op, Json args, Optimizer optimizer) {
    return switch (op) {
      case "torch.optim.lr_scheduler.CosineAnnealingLR" ->
          new CosineAnnealingLR(optimizer, args.get("T_max").longValue());
      case "torch.optim.lr_scheduler.StepLR" ->
          new StepLR(optimizer, args.get("step_size").longValue(), args.get("gamma").doubleValue());
      default -> throw new IllegalArgumentException(op);
    };
  }
}
