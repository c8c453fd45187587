/**
 * Training over devices and ranks. {@code import module dev.weft.fabric;} is all that a script
 * needs: the modules below come with it.
 */
module dev.weft.fabric {
  requires transitive dev.weft.autograd;
  requires transitive dev.weft.engine;
  requires flatbuffers.java;
  requires info.picocli;
  requires java.compiler;
  requires jdk.net;
  requires org.apache.arrow.memory.core;
  requires org.apache.arrow.vector;
  requires org.apache.arrow.format;
  requires static org.jspecify;

  exports dev.weft.fabric;
  exports dev.weft.fabric.accelerator;
  exports dev.weft.fabric.comm;
  exports dev.weft.fabric.launch;
  exports dev.weft.fabric.strategy;
  exports dev.weft.fabric.utilities;
  exports dev.weft.fabric.precision;
  exports dev.weft.fabric.data;
  exports dev.weft.fabric.checkpoint;
  exports dev.weft.fabric.logger;
  exports dev.weft.fabric.progress;
  // Arrow looks its allocator up by this package's name.
  exports org.apache.arrow.memory.unsafe to
      org.apache.arrow.memory.core;

  uses dev.weft.fabric.CallbackFactory;
  uses dev.weft.fabric.accelerator.Accelerator;
  uses dev.weft.fabric.strategy.StrategyFactory;
}
