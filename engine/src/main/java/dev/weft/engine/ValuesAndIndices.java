package dev.weft.engine;

/** Elements that were picked, and where they were: what max, sort, topk, median and others give. */
public record ValuesAndIndices(Tensor values, Tensor indices) {}
