package dev.weft.engine.reference;

import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.AvgPool;
import dev.weft.engine.op.MaxPool;
import dev.weft.engine.op.PatchesOp;
import dev.weft.engine.op.Regions;
import java.util.ArrayList;
import java.util.List;

/** What happens in windows and other regions of planes. */
final class Pooling {

  private Pooling() {}

  /** The positions in a plane that a region covers, row-major, and what it would cover at most. */
  private record Region(List<Integer> inside, long extent) {

    static Region of(Regions regions, Shape plane, Shape counts, int index) {
      long[] at = Values.index(counts, index);
      var inside = new ArrayList<Integer>(List.of(0));
      long extent = 1;
      for (int d = 0; d < at.length; d++) {
        int size = (int) plane.size(d);
        long first = regions.first(d, at[d], size);
        long end = regions.end(d, at[d], size);
        extent *= end - first;
        var further = new ArrayList<Integer>();
        for (int outer : inside) {
          for (long i = first; i < end; i += regions.step(d)) {
            if (i >= 0 && i < size) {
              further.add(outer * size + (int) i);
            }
          }
        }
        inside = further;
      }
      return new Region(inside, extent);
    }
  }

  private static Shape last(Tensor x, int dims) {
    return x.shape().slice(x.rank() - dims, x.rank());
  }

  static void max(MaxPool op, Tensor in, Tensor values, Tensor indices) {
    Shape plane = last(in, op.regions().dims());
    Shape counts = last(values, op.regions().dims());
    int size = Values.count(plane);
    int results = Values.count(counts);
    double[] x = Values.doubles(in);
    double[] largest = new double[Values.count(values.shape())];
    long[] where = new long[largest.length];
    for (int r = 0; r < largest.length; r++) {
      int start = r / results * size;
      List<Integer> inside = Region.of(op.regions(), plane, counts, r % results).inside;
      int best = inside.getFirst();
      for (int i : inside) {
        if (x[start + i] > x[start + best] || Double.isNaN(x[start + i])) {
          best = i;
        }
      }
      largest[r] = x[start + best];
      where[r] = best;
    }
    Values.write(values, largest);
    Values.write(indices, where);
  }

  static void average(AvgPool op, Tensor in, Tensor out) {
    boolean forward = op.spread().isEmpty();
    Shape plane = last(forward ? in : out, op.regions().dims());
    Shape counts = last(forward ? out : in, op.regions().dims());
    int size = Values.count(plane);
    int results = Values.count(counts);
    double[] from = Values.doubles(in);
    double[] to = new double[Values.count(out.shape())];
    for (int r = 0; r < (forward ? to : from).length; r++) {
      int start = r / results * size;
      Region region = Region.of(op.regions(), plane, counts, r % results);
      double divisor = op.divisor(region.extent, region.inside.size());
      for (int i : region.inside) {
        if (forward) {
          to[r] += from[start + i];
        } else {
          to[start + i] += from[r] / divisor;
        }
      }
      if (forward) {
        to[r] /= divisor;
      }
    }
    Values.write(out, to);
  }

  static void unfold(PatchesOp op, Tensor in, Tensor out) {
    boolean forward = op.fold().isEmpty();
    Tensor image = forward ? in : out;
    int[] xs = Convolutions.cube(image.shape());
    int[] ws = Convolutions.cube(Shape.of(1, 1).concat(op.window()));
    Shape positions = op.positions(image.shape().slice(2, image.rank()));
    int[] ys = Convolutions.cube(Shape.of(1, 1).concat(positions));
    int elements = Values.count(op.window());
    int windows = Values.count(positions);
    int size = xs[2] * xs[3] * xs[4];
    double[] from = Values.doubles(in);
    double[] to = new double[Values.count(out.shape())];
    for (int i = 0; i < (forward ? to : from).length; i++) {
      int plane = i / windows / elements;
      int position =
          Convolutions.position(
              op.windows().full(), xs, ys, i % windows, ws, i / windows % elements);
      if (position >= 0 && forward) {
        to[i] = from[plane * size + position];
      } else if (position >= 0) {
        to[plane * size + position] += from[i];
      }
    }
    Values.write(out, to);
  }
}
