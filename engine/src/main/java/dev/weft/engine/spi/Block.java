package dev.weft.engine.spi;

/** A piece of a device's memory that one storage owns until it gives it back. */
public abstract class Block {

  private final long address;
  private final long bytes;

  protected Block(long address, long bytes) {
    this.address = address;
    this.bytes = bytes;
  }

  /** Where it starts; 64-byte aligned on the CPU. */
  public final long address() {
    return address;
  }

  /** Its capacity, at least what was asked for. */
  public final long bytes() {
    return bytes;
  }

  /** Gives the memory back. Called once, by the storage that owns it. */
  public abstract void free();
}
