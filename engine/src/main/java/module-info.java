/** Tensors, ops, dispatch, memory, CPU kernels and tensor files, on nothing but the JDK. */
module dev.weft.engine {
  requires jdk.incubator.vector;
  requires jdk.management;
  requires static org.jspecify;

  exports dev.weft.engine;
  exports dev.weft.engine.io;
  exports dev.weft.engine.op;
  exports dev.weft.engine.spi;
  exports dev.weft.engine.cpu to
      dev.weft.autograd,
      dev.weft.bench,
      dev.weft.fabric;
  exports dev.weft.engine.reference to
      dev.weft.autograd,
      dev.weft.bench;

  uses dev.weft.engine.spi.Backend;
  uses dev.weft.engine.spi.Tape;
}
