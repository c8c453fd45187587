package dev.weft.nn;

import dev.weft.engine.Tensor;

/** Channels of all groups in turn. See {@link Functional#channelShuffle}. */
public final class ChannelShuffle extends Module<Tensor, Tensor> {

  private final long groups;

  public ChannelShuffle(long groups) {
    if (groups < 1) {
      throw new IllegalArgumentException(
          "ChannelShuffle: groups " + groups + ": must be at least 1");
    }
    this.groups = groups;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.channelShuffle(x, groups);
  }

  @Override
  protected String extraRepr() {
    return "groups=" + groups;
  }
}
