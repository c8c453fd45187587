package dev.weft.golden;

import dev.weft.nn.Embedding;
import dev.weft.nn.EmbeddingBag;
import dev.weft.nn.EmbeddingOptions;
import dev.weft.nn.Functional;
import java.util.Locale;

/** Tables of vectors, and dropout. */
final class EmbedRows {

  private EmbedRows() {}

  static void addTo(Rows rows) {
    rows.function(
        "embedding", a -> Functional.embedding(a.input(), a.tensor("weight"), options(a)));
    rows.function(
        "embedding_bag",
        a ->
            Functional.embeddingBag(
                a.input(),
                a.tensor("weight"),
                a.optional("offsets"),
                a.optional("per_sample_weights"),
                EmbeddingBag.Mode.valueOf(a.text("mode", "mean").toUpperCase(Locale.ROOT)),
                a.flag("include_last_offset", false),
                options(a)));
    rows.function(
        "one_hot", a -> Functional.oneHot(a.tensor("tensor"), a.whole("num_classes", -1)));
    rows.function(
        "dropout",
        a -> Functional.dropout(a.input(), a.number("p", 0.5), a.flag("training", true)));
    rows.function(
        "dropout1d",
        a -> Functional.dropout1d(a.input(), a.number("p", 0.5), a.flag("training", true)));
    rows.function(
        "dropout2d",
        a -> Functional.dropout2d(a.input(), a.number("p", 0.5), a.flag("training", true)));
    rows.function(
        "dropout3d",
        a -> Functional.dropout3d(a.input(), a.number("p", 0.5), a.flag("training", true)));
    rows.function(
        "alpha_dropout",
        a -> Functional.alphaDropout(a.input(), a.number("p", 0.5), a.flag("training", false)));
    rows.modules.put(
        "torch.nn.Embedding",
        a -> new Embedding(a.whole("num_embeddings"), a.whole("embedding_dim"), options(a)));
  }

  private static EmbeddingOptions options(Arguments a) {
    EmbeddingOptions options =
        EmbeddingOptions.DEFAULT
            .normType(a.number("norm_type", 2))
            .scaleGradByFreq(a.flag("scale_grad_by_freq", false));
    options = a.has("padding_idx") ? options.paddingIdx(a.whole("padding_idx")) : options;
    return a.has("max_norm") ? options.maxNorm(a.number("max_norm")) : options;
  }
}
