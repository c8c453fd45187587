package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Parameters that are computed from others: the module learns those, and computes its parameter at
 * the start of each call. State dicts have PyTorch's names ({@code
 * parametrizations.weight.original0}). Make optimizers afterwards, because the module's parameters
 * are others then.
 *
 * {@snippet :
 * var critic = Parametrizations.spectralNorm(new Linear(64, 1));
 * }
 *
 * <p>A module with a computed parameter is confined to one thread, in evaluation mode too.
 */
public final class Parametrizations {

  private Parametrizations() {}

  /** {@link #weightNorm(Module, String, OptionalInt)} of the weight, one length for each row. */
  public static <M extends Module<?, ?>> M weightNorm(M module) {
    return weightNorm(module, "weight", OptionalInt.of(0));
  }

  /**
   * Learns a direction v and lengths g instead: w = g v / ‖v‖. Learnt as {@code original0} = g and
   * {@code original1} = v. Source: Salimans and Kingma, "Weight normalization", 2016.
   *
   * @param dim each index along it has a length of its own; empty for one length in all
   * @return the module
   */
  public static <M extends Module<?, ?>> M weightNorm(M module, String name, OptionalInt dim) {
    return register(module, name, new WeightNorm(dim));
  }

  /** {@link #spectralNorm(Module, String, int, double, int)} of the weight, as PyTorch does. */
  public static <M extends Module<?, ?>> M spectralNorm(M module) {
    boolean transposed =
        module instanceof ConvTranspose1d
            || module instanceof ConvTranspose2d
            || module instanceof ConvTranspose3d;
    return spectralNorm(module, "weight", 1, 1e-12, transposed ? 1 : 0);
  }

  /**
   * Divides a parameter, seen as a matrix, by its largest singular value. That is estimated by
   * power iteration: in training, each call goes on from the singular vectors of the call before,
   * which are buffers. Source: Miyato et al., "Spectral normalization for generative adversarial
   * networks", 2018.
   *
   * @param powerIterations how many iterations a call makes, at least 1
   * @param eps norms below it count as it, so that nothing is divided by zero
   * @param dim the dimension of the matrix's rows; the others make its columns
   * @return the module
   */
  public static <M extends Module<?, ?>> M spectralNorm(
      M module, String name, int powerIterations, double eps, int dim) {
    return register(
        module, name, new SpectralNorm(parameter(module, name), powerIterations, eps, dim));
  }

  /**
   * Computes a parameter by {@code parametrization} from now on. The tensors that it computes with
   * are learnt as {@code parametrizations.NAME.original}, or {@code original0} and so on if there
   * are several.
   *
   * @param name the parameter's; of the module itself, not of one inside
   * @return the module
   * @throws IllegalArgumentException if there is no such parameter, or it is computed already
   */
  public static <M extends Module<?, ?>> M register(
      M module, String name, Parametrization parametrization) {
    Parameter parameter = parameter(module, name);
    var list = new ParametrizationList(parameter, parametrization);
    ModuleDict<ParametrizationList> all = module.parametrizations().orElseGet(ModuleDict::new);
    all.put(name, list);
    module.parametrizations(Optional.of(all));
    list.train(module.isTraining());
    return module;
  }

  private static Parameter parameter(Module<?, ?> module, String name) {
    if (isParametrized(module, name)) {
      throw new IllegalArgumentException(
          "parametrizations: '"
              + name
              + "' of "
              + module.typeName()
              + " is computed already; remove that first");
    }
    Parameter found = module.ownParameters().get(name);
    if (found == null) {
      throw new IllegalArgumentException(
          "parametrizations: "
              + module.typeName()
              + " has no parameter '"
              + name
              + "', only "
              + module.ownParameters().keySet());
    }
    return found;
  }

  /** Whether a module computes one of its parameters. */
  public static boolean isParametrized(Module<?, ?> module) {
    return module.parametrizations().isPresent();
  }

  /** Whether a module computes this parameter. */
  public static boolean isParametrized(Module<?, ?> module, String name) {
    return module.parametrizations().filter(all -> all.containsKey(name)).isPresent();
  }

  /**
   * Learns the parameter itself again, from its value in the last call on.
   *
   * @return the module
   */
  public static <M extends Module<?, ?>> M remove(M module, String name) {
    if (!isParametrized(module, name)) {
      throw new IllegalArgumentException(
          "parametrizations: '" + name + "' of " + module.typeName() + " is not computed");
    }
    ModuleDict<ParametrizationList> all = module.parametrizations().orElseThrow();
    all.get(name).detachParameter();
    var others = new ModuleDict<ParametrizationList>();
    all.asMap()
        .forEach(
            (key, list) -> {
              if (!key.equals(name)) {
                others.put(key, list);
              }
            });
    module.parametrizations(others.size() == 0 ? Optional.empty() : Optional.of(others));
    return module;
  }

  /** w = g v / ‖v‖. */
  private static final class WeightNorm extends Parametrization {
    private final OptionalInt dim;

    WeightNorm(OptionalInt dim) {
      this.dim = dim;
    }

    private Tensor norm(Tensor v) {
      if (dim.isEmpty()) {
        return v.square().sum().sqrt();
      }
      int kept = v.shape().dim(dim.getAsInt());
      int[] others = IntStream.range(0, v.rank()).filter(d -> d != kept).toArray();
      return others.length == 0 ? v.abs() : v.square().sum(others, true).sqrt();
    }

    @Override
    protected Tensor forward(List<Tensor> originals) {
      Tensor v = originals.get(1);
      return v.mul(originals.get(0).div(norm(v)));
    }

    @Override
    protected List<Tensor> rightInverse(Tensor value) {
      return List.of(norm(value), value);
    }
  }
}
