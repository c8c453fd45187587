package dev.weft.engine.cpu;

/** A side of a matrix product: in memory, or made while it is packed. */
sealed interface Operand permits Gemm.Matrix, WindowMatrix, Scattered {}
