// Low-rank adaptation: a trained network stays frozen, and small matrices beside its weights learn
// a new task. Hu et al., "LoRA: Low-rank adaptation of large language models", 2021.
//   fabric run Lora.java
import module dev.weft.fabric;
import dev.weft.nn.Module;
import dev.weft.nn.Parameter;

class Classifier extends Module<Tensor, Tensor> {
    final Linear hidden = new Linear(64, 128);
    final Linear out = new Linear(128, 10);

    @Override
    protected Tensor forward(Tensor images) {              // [batch, 64] -> [batch, 10]
        return out.apply(hidden.apply(images).relu());
    }
}

/** W + B A, with a frozen W and matrices of few rows and columns that learn. */
class LowRank extends Parametrization {
    final Parameter a;
    final Parameter b;

    LowRank(long out, long in, long rank) {
        a = Parameter.of(Tensor.randn(rank, in).div(Math.sqrt(in)));
        b = Parameter.of(Tensor.zeros(out, rank));          // so that nothing changes at first
    }

    @Override
    protected Tensor forward(List<Tensor> frozen) {
        return frozen.getFirst().add(b.matmul(a));
    }
}

void main() {
    Fabric.builder().build().launch(this::run);
}

void run(Fabric fabric) {
    fabric.seedEverything(42);
    var digits = Datasets.digits();
    var train = digits.subset(0, 1437);
    var test = digits.subset(1437, 1797);
    var mirrored = train.map(this::mirror);
    var mirroredTest = test.map(this::mirror);

    var model = new Classifier();
    fit(fabric, model, train, 2e-3);
    fabric.print("trained on digits: accuracy %.4f, on mirrored digits %.4f",
        accuracy(fabric, model, test), accuracy(fabric, model, mirroredTest));

    var adapted = Module.deepCopy(model);
    adapted.requiresGrad(false);
    Parametrizations.register(adapted.hidden, "weight", new LowRank(128, 64, 4));
    Parametrizations.register(adapted.out, "weight", new LowRank(10, 128, 4));
    long all = adapted.parameters().stream().mapToLong(Tensor::numel).sum();
    fabric.print("fine-tuning %d of %d numbers", learnt(adapted).stream().mapToLong(Tensor::numel).sum(), all);
    fit(fabric, adapted, mirrored, 2e-2);
    fabric.print("fine-tuned on mirrored digits: accuracy %.4f", accuracy(fabric, adapted, mirroredTest));
}

List<Parameter> learnt(Classifier model) {
    return model.parameters().stream().filter(Tensor::requiresGrad).toList();
}

Digit mirror(Digit digit) {
    return new Digit(digit.image().reshape(8, 8).flip(1).reshape(64), digit.label());
}

void fit(Fabric fabric, Classifier model, Dataset<Digit> data, double lr) {
    var optimizer = new AdamW(learnt(model), lr);
    fabric.setup(model, optimizer);
    var loader = fabric.setupDataLoader(DataLoader.of(data).batchSize(64).shuffle(true).build());
    for (int epoch = 0; epoch < 6; epoch++) {
        for (var batch : loader) {
            optimizer.zeroGrad();
            fabric.backward(Functional.crossEntropy(model.apply(batch.image()), batch.label()));
            optimizer.step();
        }
    }
}

double accuracy(Fabric fabric, Classifier model, Dataset<Digit> data) {
    var loader = fabric.setupDataLoader(DataLoader.of(data).batchSize(256).build());
    long right = 0, seen = 0;
    try (var _ = Autograd.noGrad()) {
        for (var batch : loader) {
            right += model.apply(batch.image()).argmax(1).eq(batch.label()).sum().itemLong();
            seen += batch.label().size(0);
        }
    }
    var totals = fabric.allReduce(Tensor.of(right, seen), ReduceOp.SUM);
    return (double) totals.getLong(0) / totals.getLong(1);
}
