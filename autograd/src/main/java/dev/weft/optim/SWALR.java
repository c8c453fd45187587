package dev.weft.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * From the rate that a group has to a constant one, over some epochs, for stochastic weight
 * averaging ({@link AveragedModel}); then it stays. Source: Izmailov et al., "Averaging weights
 * leads to wider optima and better generalization", 2018.
 */
public final class SWALR extends LRScheduler {

  /** The curve between the two rates. */
  public enum Anneal {
    COS,
    LINEAR
  }

  private final List<Double> swaLr;
  private final long annealEpochs;
  private final Anneal anneal;

  /** In ten epochs, along a cosine. */
  public SWALR(Optimizer optimizer, double swaLr) {
    this(optimizer, swaLr, 10, Anneal.COS);
  }

  /**
   * With one rate for every group.
   *
   * @param annealEpochs the epochs on the way; with 0 the rate jumps
   */
  public SWALR(Optimizer optimizer, double swaLr, long annealEpochs, Anneal anneal) {
    this(optimizer, optimizer.groups().stream().map(_ -> swaLr).toList(), annealEpochs, anneal);
  }

  /** With the rate of each group. */
  public SWALR(Optimizer optimizer, List<Double> swaLr, long annealEpochs, Anneal anneal) {
    super(optimizer);
    if (swaLr.size() != optimizer.groups().size()) {
      throw new IllegalArgumentException(
          "SWALR: " + swaLr.size() + " rates for " + optimizer.groups().size() + " groups");
    }
    if (annealEpochs < 0) {
      throw new IllegalArgumentException(
          "SWALR: annealEpochs " + annealEpochs + ": must be at least 0");
    }
    this.swaLr = List.copyOf(swaLr);
    this.annealEpochs = annealEpochs;
    this.anneal = anneal;
    start();
  }

  /** The share of the new rate after so many epochs. */
  private double share(double epoch) {
    double done = annealEpochs == 0 ? 1 : Math.clamp(epoch / annealEpochs, 0, 1);
    return switch (anneal) {
      case COS -> (1 - Math.cos(Math.PI * done)) / 2;
      case LINEAR -> done;
    };
  }

  /** From where the rate is now, so that it may follow another schedule. */
  @Override
  protected double lr(ParameterGroup group, double baseLr) {
    double target = swaLr.get(optimizer().groups().indexOf(group));
    if (lastEpoch() == 0) {
      return annealEpochs == 0 ? target : group.lr();
    }
    double before = share(lastEpoch() - 1);
    if (before == 1) {
      return target;
    }
    double share = share(lastEpoch());
    double start = (group.lr() - target * before) / (1 - before);
    return start + (target - start) * share;
  }

  @Override
  protected Map<String, Object> settings() {
    var settings = new LinkedHashMap<String, Object>();
    settings.put("swa_lr", new ArrayList<Object>(swaLr));
    settings.put("anneal_epochs", annealEpochs);
    settings.put("anneal_strategy", anneal.name().toLowerCase(Locale.ROOT));
    return settings;
  }
}
