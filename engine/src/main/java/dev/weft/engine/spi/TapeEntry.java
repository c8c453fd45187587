package dev.weft.engine.spi;

/** What a tape attaches to a tensor that it tracks. The engine only carries it around. */
public abstract class TapeEntry {}
