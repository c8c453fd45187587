// Denoising diffusion in two dimensions: noise becomes points on a ring.
// Ho, Jain, Abbeel, "Denoising diffusion probabilistic models", 2020.
//   fabric run Diffusion.java
import module dev.weft.fabric;
import dev.weft.nn.Module;

static final int STEPS = 40;
static final double RADIUS = 2;

/** Predicts the noise in a point, from the point and how far it has been diffused (0 to 1). */
class Denoiser extends Module<Denoiser.Input, Tensor> {
    record Input(Tensor x, Tensor time) {}

    final Linear in = new Linear(2 + 8, 64);
    final Linear middle = new Linear(64, 64);
    final Linear out = new Linear(64, 2);

    @Override
    protected Tensor forward(Input given) {                // [batch, 2], [batch, 1] -> [batch, 2]
        var waves = given.time().mul(Tensor.of(1f, 2, 4, 8).mul(Math.PI));
        var x = Tensor.cat(List.of(given.x(), waves.sin(), waves.cos()), 1);
        return out.apply(middle.apply(in.apply(x).silu()).silu());
    }
}

void main() {
    Fabric.builder().devices(1).build().launch(this::train);
}

/** How much of the signal is left after each step: from nearly all to nearly nothing. */
double[] signal() {
    double[] left = new double[STEPS];
    double product = 1;
    for (int t = 0; t < STEPS; t++) {
        product *= 1 - (0.002 + 0.25 * t / STEPS);
        left[t] = product;
    }
    return left;
}

Tensor ring(long count) {
    var angle = Tensor.rand(count, 1).mul(2 * Math.PI);
    return Tensor.cat(List.of(angle.cos(), angle.sin()), 1).mul(RADIUS).add(Tensor.randn(count, 2).mul(0.05));
}

void train(Fabric fabric) {
    fabric.seedEverything(1);
    double[] left = signal();
    var alpha = Tensor.of(left).to(DType.FLOAT32);
    var model = new Denoiser();
    var optimizer = new AdamW(model.parameters(), 5e-3);
    fabric.setup(model, optimizer);

    double loss = 0;
    for (int step = 1; step <= 900; step++) {
        try (var _ = TensorScope.open()) {
            var points = ring(128);
            var t = Tensor.randint(0, STEPS, 128);
            var a = alpha.indexSelect(0, t).unsqueeze(1);
            var noise = Tensor.randn(128, 2);
            var diffused = points.mul(a.sqrt()).add(noise.mul(a.rsub(1).sqrt()));
            optimizer.zeroGrad();
            var time = t.unsqueeze(1).to(DType.FLOAT32).div((double) STEPS);
            var error = Functional.mseLoss(model.apply(new Denoiser.Input(diffused, time)), noise);
            fabric.backward(error);
            optimizer.step();
            loss += error.item();
        }
        if (step % 300 == 0) {
            fabric.print("step %d  loss %.4f", step, loss / 300);
            loss = 0;
        }
    }

    var radius = sample(model, left, 1000).square().sum(1).sqrt();
    fabric.print("radius of samples: mean %.3f  deviation %.3f  (data: %.3f, 0.050)",
        radius.mean().item(), radius.std().item(), RADIUS);
}

/** From noise, step by step, to points of the data's distribution. */
Tensor sample(Denoiser model, double[] left, long count) {
    try (var _ = Autograd.noGrad()) {
        var x = Tensor.randn(count, 2);
        for (int t = STEPS - 1; t >= 0; t--) {
            double kept = left[t] / (t == 0 ? 1 : left[t - 1]);
            var time = Tensor.full((double) t / STEPS, count, 1);
            var noise = model.apply(new Denoiser.Input(x, time));
            x = x.sub(noise.mul((1 - kept) / Math.sqrt(1 - left[t]))).div(Math.sqrt(kept));
            if (t > 0) {
                x = x.add(Tensor.randn(count, 2).mul(Math.sqrt(1 - kept)));
            }
        }
        return x;
    }
}
