// A convolutional network on the bundled digits, seen as images of 8 by 8 pixels.
//   fabric run DigitsConvnet.java --devices=2
import module dev.weft.fabric;
import dev.weft.nn.Module;

class Convnet extends Module<Tensor, Tensor> {
    final Conv2d conv1 = new Conv2d(1, 8, 3, ConvOptions.DEFAULT.padding(1));
    final BatchNorm2d norm = new BatchNorm2d(8);
    final Conv2d conv2 = new Conv2d(8, 16, 3, ConvOptions.DEFAULT.padding(1));
    final MaxPool2d pool = new MaxPool2d(2);
    final Dropout dropout = new Dropout(0.25);
    final Linear out = new Linear(16 * 4 * 4, 10);

    @Override
    protected Tensor forward(Tensor images) {              // [batch, 64] -> [batch, 10]
        var x = images.reshape(-1, 1, 8, 8);
        x = norm.apply(conv1.apply(x)).relu();
        x = pool.apply(conv2.apply(x).relu());
        return out.apply(dropout.apply(x.flatten(1, -1)));
    }
}

void main() {
    Fabric.builder().build().launch(this::train);
}

void train(Fabric fabric) {
    fabric.seedEverything(42);
    var digits = Datasets.digits();
    var trainLoader = fabric.setupDataLoader(
        DataLoader.of(digits.subset(0, 1437)).batchSize(64).shuffle(true).build());
    var testLoader = fabric.setupDataLoader(
        DataLoader.of(digits.subset(1437, 1797)).batchSize(256).build());

    var model = new Convnet();
    var optimizer = new AdamW(model.parameters(), 5e-3);
    fabric.setup(model, optimizer);
    for (int epoch = 0; epoch < 3; epoch++) {
        double sum = 0;
        long batches = 0;
        for (var batch : trainLoader) {
            optimizer.zeroGrad();
            var loss = Functional.crossEntropy(model.apply(batch.image()), batch.label());
            fabric.backward(loss);
            optimizer.step();
            sum += loss.item();
            batches++;
        }
        fabric.print("epoch %d  train loss %.4f", epoch, sum / batches);
    }
    fabric.print("test accuracy %.4f", accuracy(fabric, model, testLoader));
}

double accuracy(Fabric fabric, Convnet model, DataLoader<Digit> loader) {
    model.eval();
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
