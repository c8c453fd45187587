package dev.weft.engine.io;

/** A Python {@code complex}: re + im·i. */
public record Complex(double re, double im) {}
