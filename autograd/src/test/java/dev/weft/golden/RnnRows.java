package dev.weft.golden;

import dev.weft.engine.Tensor;
import dev.weft.nn.GRU;
import dev.weft.nn.GRUCell;
import dev.weft.nn.LSTM;
import dev.weft.nn.LSTMCell;
import dev.weft.nn.RNN;
import dev.weft.nn.RNNBase;
import dev.weft.nn.RNNCell;
import dev.weft.nn.RNNOptions;
import dev.weft.nn.RNNUtils;
import java.util.List;
import java.util.Locale;

/** Recurrent layers and cells. */
final class RnnRows {

  private RnnRows() {}

  static void addTo(Rows rows) {
    rows.layers.put(
        "torch.nn.RNN",
        a ->
            simple(
                new RNN(a.whole("input_size"), a.whole("hidden_size"), options(a), nonlinearity(a)),
                options(a)));
    rows.layers.put(
        "torch.nn.GRU",
        a ->
            simple(new GRU(a.whole("input_size"), a.whole("hidden_size"), options(a)), options(a)));
    rows.layers.put("torch.nn.LSTM", RnnRows::lstm);
    rows.layers.put(
        "torch.nn.RNNCell",
        a -> {
          var cell =
              new RNNCell(
                  a.whole("input_size"),
                  a.whole("hidden_size"),
                  a.flag("bias", true),
                  nonlinearity(a));
          return new Layer(
              cell,
              (in, _) ->
                  List.of(
                      in.size() == 1
                          ? cell.apply(in.getFirst())
                          : cell.apply(in.get(0), in.get(1))));
        });
    rows.layers.put(
        "torch.nn.GRUCell",
        a -> {
          var cell =
              new GRUCell(a.whole("input_size"), a.whole("hidden_size"), a.flag("bias", true));
          return new Layer(
              cell,
              (in, _) ->
                  List.of(
                      in.size() == 1
                          ? cell.apply(in.getFirst())
                          : cell.apply(in.get(0), in.get(1))));
        });
    rows.layers.put(
        "torch.nn.LSTMCell",
        a -> {
          var cell =
              new LSTMCell(a.whole("input_size"), a.whole("hidden_size"), a.flag("bias", true));
          return new Layer(
              cell,
              (in, _) -> {
                LSTM.State next =
                    in.size() == 1
                        ? cell.apply(in.getFirst())
                        : cell.apply(in.get(0), new LSTM.State(in.get(1), in.get(2)));
                return List.of(next.h(), next.c());
              });
        });
  }

  private static RNN.Nonlinearity nonlinearity(Arguments a) {
    return RNN.Nonlinearity.valueOf(a.text("nonlinearity", "tanh").toUpperCase(Locale.ROOT));
  }

  private static RNNOptions options(Arguments a) {
    return RNNOptions.DEFAULT
        .numLayers(a.dim("num_layers", 1))
        .bias(a.flag("bias", true))
        .batchFirst(a.flag("batch_first", false))
        .dropout(a.number("dropout", 0))
        .bidirectional(a.flag("bidirectional", false));
  }

  /** A layer whose state is one tensor. */
  private static Layer simple(RNNBase<Tensor> layer, RNNOptions options) {
    return new Layer(
        layer,
        (in, o) -> {
          if (o.has("lengths")) {
            var packed =
                RNNUtils.packPaddedSequence(
                    in.getFirst(), o.wholes("lengths"), options.batchFirst(), true);
            var result = layer.apply(packed);
            var padded = RNNUtils.padPackedSequence(result.output(), options.batchFirst());
            return List.of(padded.sequence(), result.state());
          }
          RNNBase.Output<Tensor> result =
              in.size() == 1 ? layer.apply(in.getFirst()) : layer.apply(in.get(0), in.get(1));
          return List.of(result.output(), result.state());
        });
  }

  private static Layer lstm(Arguments a) {
    var layer =
        new LSTM(
            a.whole("input_size"), a.whole("hidden_size"), options(a), a.whole("proj_size", 0));
    return new Layer(
        layer,
        (in, _) -> {
          RNNBase.Output<LSTM.State> result =
              in.size() == 1
                  ? layer.apply(in.getFirst())
                  : layer.apply(in.get(0), new LSTM.State(in.get(1), in.get(2)));
          return List.of(result.output(), result.state().h(), result.state().c());
        });
  }
}
