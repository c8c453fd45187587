package dev.weft.golden;

import dev.weft.engine.Tensor;
import dev.weft.nn.AttentionMask;
import dev.weft.nn.Functional;
import dev.weft.nn.MultiheadAttention;
import dev.weft.nn.MultiheadOptions;
import dev.weft.nn.TransformerDecoderLayer;
import dev.weft.nn.TransformerEncoderLayer;
import dev.weft.nn.TransformerOptions;
import java.util.List;
import java.util.OptionalDouble;

/** Attention and transformer layers. */
final class AttentionRows {

  private AttentionRows() {}

  static void addTo(Rows rows) {
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
                a.has("scale") ? OptionalDouble.of(a.number("scale")) : OptionalDouble.empty(),
                a.flag("enable_gqa", false)));
    rows.layers.put("torch.nn.MultiheadAttention", AttentionRows::multihead);
    rows.layers.put("torch.nn.TransformerEncoderLayer", AttentionRows::encoder);
    rows.layers.put("torch.nn.TransformerDecoderLayer", AttentionRows::decoder);
  }

  private static Layer multihead(Arguments a) {
    MultiheadOptions options =
        MultiheadOptions.DEFAULT
            .dropout(a.number("dropout", 0))
            .bias(a.flag("bias", true))
            .addBiasKv(a.flag("add_bias_kv", false))
            .addZeroAttn(a.flag("add_zero_attn", false))
            .batchFirst(a.flag("batch_first", false));
    options = a.has("kdim") ? options.kdim(a.whole("kdim")) : options;
    options = a.has("vdim") ? options.vdim(a.whole("vdim")) : options;
    var module = new MultiheadAttention(a.whole("embed_dim"), a.whole("num_heads"), options);
    return new Layer(
        module,
        (in, o) -> {
          var input =
              new MultiheadAttention.Input(
                  in.get(0),
                  in.get(1),
                  in.get(2),
                  o.optional("key_padding_mask"),
                  o.optional("attn_mask"),
                  o.flag("need_weights", true),
                  o.flag("average_attn_weights", true));
          MultiheadAttention.Output output = module.apply(input);
          return output
              .weights()
              .map(weights -> List.of(output.output(), weights))
              .orElse(List.of(output.output()));
        });
  }

  private static TransformerOptions options(Arguments a) {
    TransformerOptions options =
        TransformerOptions.DEFAULT
            .dimFeedforward(a.whole("dim_feedforward", 2048))
            .dropout(a.number("dropout", 0.1))
            .layerNormEps(a.number("layer_norm_eps", 1e-5))
            .batchFirst(a.flag("batch_first", false))
            .normFirst(a.flag("norm_first", false));
    return a.text("activation", "relu").equals("gelu")
        ? options.activation(Functional::gelu)
        : options;
  }

  private static Layer encoder(Arguments a) {
    var module = new TransformerEncoderLayer(a.whole("d_model"), a.whole("nhead"), options(a));
    return new Layer(
        module,
        (in, o) ->
            List.of(
                module.apply(
                    new TransformerEncoderLayer.Input(
                        in.getFirst(),
                        o.optional("src_mask"),
                        o.optional("src_key_padding_mask")))));
  }

  private static Layer decoder(Arguments a) {
    var module = new TransformerDecoderLayer(a.whole("d_model"), a.whole("nhead"), options(a));
    return new Layer(
        module,
        (in, o) ->
            List.<Tensor>of(
                module.apply(
                    new TransformerDecoderLayer.Input(
                        in.get(0),
                        in.get(1),
                        o.optional("tgt_mask"),
                        o.optional("memory_mask"),
                        o.optional("tgt_key_padding_mask"),
                        o.optional("memory_key_padding_mask")))));
  }
}
