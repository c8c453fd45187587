package dev.weft.engine.op;

/** What a loss does with its rows: nothing, their sum, or their mean. */
public enum Reduction {
  NONE,
  SUM,
  MEAN;

  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
