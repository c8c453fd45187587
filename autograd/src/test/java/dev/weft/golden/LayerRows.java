package dev.weft.golden;

import dev.weft.nn.Bilinear;
import dev.weft.nn.CosineSimilarity;
import dev.weft.nn.Dropout;
import dev.weft.nn.Flatten;
import dev.weft.nn.Functional;
import dev.weft.nn.Identity;
import dev.weft.nn.Linear;
import dev.weft.nn.Unflatten;
import java.util.List;

/** Layers. */
final class LayerRows {

  private LayerRows() {}

  static void addTo(Rows rows) {
    rows.function(
        "linear", a -> Functional.linear(a.input(), a.tensor("weight"), a.optional("bias")));
    rows.function(
        "bilinear",
        a ->
            Functional.bilinear(
                a.tensor("input1"), a.tensor("input2"), a.tensor("weight"), a.optional("bias")));
    rows.function(
        "cosine_similarity",
        a ->
            Functional.cosineSimilarity(
                a.tensor("x1"), a.tensor("x2"), (int) a.whole("dim", 1), a.number("eps", 1e-8)));
    rows.modules.put(
        "torch.nn.Linear",
        a ->
            new Linear(
                a.whole("in_features", 0), a.whole("out_features", 0), a.flag("bias", true)));
    rows.modules.put("torch.nn.Identity", _ -> new Identity());
    rows.modules.put(
        "torch.nn.Flatten",
        a -> new Flatten((int) a.whole("start_dim", 1), (int) a.whole("end_dim", -1)));
    rows.modules.put(
        "torch.nn.Unflatten", a -> new Unflatten(a.dim("dim"), a.sizes("unflattened_size")));
    rows.layers.put(
        "torch.nn.Bilinear",
        a -> {
          var layer =
              new Bilinear(
                  a.whole("in1_features"),
                  a.whole("in2_features"),
                  a.whole("out_features"),
                  a.flag("bias", true));
          return new Layer(layer, (in, _) -> List.of(layer.apply(in.get(0), in.get(1))));
        });
    rows.layers.put(
        "torch.nn.CosineSimilarity",
        a -> {
          var layer = new CosineSimilarity(a.dim("dim", 1), a.number("eps", 1e-8));
          return new Layer(layer, (in, _) -> List.of(layer.apply(in.get(0), in.get(1))));
        });
    rows.modules.put("torch.nn.Dropout", a -> new Dropout(a.number("p", 0.5)));
  }
}
