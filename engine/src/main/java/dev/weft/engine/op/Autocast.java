package dev.weft.engine.op;

/**
 * How autocast treats an op, by PyTorch's lists: products in the low type, sums and exponentials in
 * float32, ops on several inputs in the widest of their types, the rest as the inputs come.
 */
public enum Autocast {
  LOW,
  FLOAT32,
  WIDEST,
  AS_IS
}
