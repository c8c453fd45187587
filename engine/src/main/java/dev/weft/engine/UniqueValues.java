package dev.weft.engine;

/**
 * What {@code unique} gives.
 *
 * @param values each value once
 * @param inverse for each element of the input, where its value is
 * @param counts how often each value occurs
 */
public record UniqueValues(Tensor values, Tensor inverse, Tensor counts) {}
