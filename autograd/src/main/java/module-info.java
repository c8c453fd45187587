/** The tape, layers and optimizers. */
module dev.weft.autograd {
  requires transitive dev.weft.engine;
  requires static org.jspecify;

  exports dev.weft.autograd;
  exports dev.weft.nn;
  exports dev.weft.optim;

  provides dev.weft.engine.spi.Tape with
      dev.weft.autograd.GraphTape;
}
