package dev.weft.golden;

import dev.weft.nn.AttentionMask;
import dev.weft.nn.Dropout;
import dev.weft.nn.Embedding;
import dev.weft.nn.Flatten;
import dev.weft.nn.Functional;
import dev.weft.nn.Identity;
import dev.weft.nn.LayerNorm;
import dev.weft.nn.Linear;
import java.util.OptionalDouble;

/** Layers. */
final class LayerRows {

  private LayerRows() {}

  static void addTo(Rows rows) {
    rows.function(
        "linear", a -> Functional.linear(a.input(), a.tensor("weight"), a.optional("bias")));
    rows.function(
        "layer_norm",
        a ->
            Functional.layerNorm(
                a.input(),
                a.shape("normalized_shape"),
                a.optional("weight"),
                a.optional("bias"),
                a.number("eps", 1e-5)));
    rows.function(
        "normalize",
        a ->
            Functional.normalize(
                a.input(), a.number("p", 2), (int) a.whole("dim", 1), a.number("eps", 1e-12)));
    rows.function(
        "cosine_similarity",
        a ->
            Functional.cosineSimilarity(
                a.tensor("x1"), a.tensor("x2"), (int) a.whole("dim", 1), a.number("eps", 1e-8)));
    rows.function(
        "embedding",
        a ->
            a.has("padding_idx")
                ? Functional.embedding(a.input(), a.tensor("weight"), a.whole("padding_idx", 0))
                : Functional.embedding(a.input(), a.tensor("weight")));
    rows.function(
        "one_hot", a -> Functional.oneHot(a.tensor("tensor"), a.whole("num_classes", -1)));
    rows.function(
        "dropout",
        a -> Functional.dropout(a.input(), a.number("p", 0.5), a.flag("training", true)));
    rows.function(
        "scaled_dot_product_attention",
        a ->
            Functional.scaledDotProductAttention(
                a.tensor("query"),
                a.tensor("key"),
                a.tensor("value"),
                a.has("attn_mask")
                    ? AttentionMask.of(a.tensor("attn_mask"))
                    : a.flag("is_causal", false) ? AttentionMask.CAUSAL : AttentionMask.NONE,
                a.number("dropout_p", 0),
                a.has("scale") ? OptionalDouble.of(a.number("scale", 1)) : OptionalDouble.empty()));
    rows.modules.put(
        "torch.nn.Linear",
        a ->
            new Linear(
                a.whole("in_features", 0), a.whole("out_features", 0), a.flag("bias", true)));
    rows.modules.put(
        "torch.nn.Embedding",
        a -> new Embedding(a.whole("num_embeddings", 0), a.whole("embedding_dim", 0)));
    rows.modules.put("torch.nn.LayerNorm", a -> new LayerNorm(a.shape("normalized_shape").sizes()));
    rows.modules.put("torch.nn.Identity", _ -> new Identity());
    rows.modules.put(
        "torch.nn.Flatten",
        a -> new Flatten((int) a.whole("start_dim", 1), (int) a.whole("end_dim", -1)));
    rows.modules.put("torch.nn.Dropout", a -> new Dropout(a.number("p", 0.5)));
  }
}
