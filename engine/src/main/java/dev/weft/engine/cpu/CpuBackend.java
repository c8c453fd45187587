package dev.weft.engine.cpu;

import dev.weft.engine.HostMemory;
import dev.weft.engine.Storage;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Activation;
import dev.weft.engine.op.AdamStep;
import dev.weft.engine.op.Arange;
import dev.weft.engine.op.ArgMode;
import dev.weft.engine.op.ArgReduce;
import dev.weft.engine.op.ArgSort;
import dev.weft.engine.op.AttentionGrad;
import dev.weft.engine.op.AttentionOp;
import dev.weft.engine.op.AvgPool;
import dev.weft.engine.op.BatchNormGrad;
import dev.weft.engine.op.BatchNormOp;
import dev.weft.engine.op.Binary;
import dev.weft.engine.op.Cast;
import dev.weft.engine.op.Cat;
import dev.weft.engine.op.Clamp;
import dev.weft.engine.op.ComplexBinary;
import dev.weft.engine.op.ComplexUnary;
import dev.weft.engine.op.ConvOp;
import dev.weft.engine.op.Copy;
import dev.weft.engine.op.CopyInto;
import dev.weft.engine.op.CrossEntropy;
import dev.weft.engine.op.CrossEntropyGrad;
import dev.weft.engine.op.CumArg;
import dev.weft.engine.op.Dft;
import dev.weft.engine.op.DropoutOp;
import dev.weft.engine.op.Fill;
import dev.weft.engine.op.Gather;
import dev.weft.engine.op.IndexSelect;
import dev.weft.engine.op.IndexSum;
import dev.weft.engine.op.LayerNormGrad;
import dev.weft.engine.op.LayerNormOp;
import dev.weft.engine.op.LinearOp;
import dev.weft.engine.op.LinearScan;
import dev.weft.engine.op.LogSoftmaxOp;
import dev.weft.engine.op.Matmul;
import dev.weft.engine.op.MatrixOp;
import dev.weft.engine.op.MaxPool;
import dev.weft.engine.op.Multinomial;
import dev.weft.engine.op.NextAfter;
import dev.weft.engine.op.Op;
import dev.weft.engine.op.PatchesOp;
import dev.weft.engine.op.Polygamma;
import dev.weft.engine.op.RandomOp;
import dev.weft.engine.op.Reduce;
import dev.weft.engine.op.Scan;
import dev.weft.engine.op.Scatter;
import dev.weft.engine.op.ScatterReduce;
import dev.weft.engine.op.ScatterSum;
import dev.weft.engine.op.SearchSorted;
import dev.weft.engine.op.SgdStep;
import dev.weft.engine.op.SoftmaxOp;
import dev.weft.engine.op.SpecialBinary;
import dev.weft.engine.op.SpecialUnary;
import dev.weft.engine.op.SumTo;
import dev.weft.engine.op.Take;
import dev.weft.engine.op.Unary;
import dev.weft.engine.op.View;
import dev.weft.engine.op.Where;
import dev.weft.engine.op.WithScalar;
import dev.weft.engine.reference.ReferenceBackend;
import dev.weft.engine.spi.Backend;
import dev.weft.engine.spi.Block;
import java.lang.foreign.MemorySegment;

/** The CPU's backend: vectorised kernels, and the reference for what has none. Thread-safe. */
public final class CpuBackend implements Backend {

  private final ReferenceBackend reference = new ReferenceBackend();

  @Override
  public String deviceType() {
    return "cpu";
  }

  @Override
  public int deviceCount() {
    return 1;
  }

  @Override
  public Block allocate(int index, long bytes) {
    return HostMemory.allocate(bytes);
  }

  @Override
  public void compute(Op op, Tensor[] in, Tensor[] out) {
    switch (op) {
      case Unary unary -> UnaryKernels.run(unary, in[0], out[0]);
      case Binary binary -> {
        if (in[0].dtype().isFloating()) {
          BinaryKernels.run(binary, in[0], in[1], out[0]);
        } else {
          IntegerKernels.run(binary, in[0], in[1], out[0]);
        }
      }
      case WithScalar scalar -> {
        if (in[0].dtype().isFloating()) {
          BinaryKernels.run(scalar, in[0], out[0]);
        } else {
          IntegerKernels.run(scalar, in[0], out[0]);
        }
      }
      case Activation f -> FunctionKernels.unary(f.on(in[0].dtype()), in[0], out[0]);
      case Polygamma f -> FunctionKernels.unary(f::at, in[0], out[0]);
      case SpecialUnary f -> FunctionKernels.unary(f::at, in[0], out[0]);
      case SpecialBinary f -> FunctionKernels.binary(f, in[0], in[1], out[0]);
      case NextAfter f ->
          FunctionKernels.binary((x, y) -> f.at(in[0].dtype(), x, y), in[0], in[1], out[0]);
      case Where _ -> Selection.where(in[0], in[1], in[2], out[0]);
      case Clamp clamp -> ClampKernels.run(clamp, in[0], out[0]);
      case Cast _, Copy _ -> Copies.cast(in[0], out[0]);
      case CopyInto _ -> Copies.into(in[0], in[1]);
      case ComplexUnary f -> ComplexKernels.unary(f, in[0], out[0]);
      case ComplexBinary f -> ComplexKernels.binary(f, in[0], in[1], out[0]);
      case Dft dft -> FourierKernels.run(dft, in[0], out[0]);
      case View view ->
          throw new IllegalStateException(view + ": a view shares memory and is never computed");

      case Reduce(Reduce.Kind kind, var _, var _) when kind == Reduce.Kind.PROD ->
          reference.compute(op, in, out);
      case Reduce reduce -> Reductions.reduce(reduce, in[0], out[0]);
      case ArgReduce reduce -> ArgReductions.run(reduce, in[0], out[0]);
      case SumTo sum -> Reductions.sumTo(sum, in[0], out[0]);

      case SoftmaxOp softmax -> SoftmaxKernels.softmax(softmax, in[0], out[0]);
      case LogSoftmaxOp softmax -> SoftmaxKernels.logSoftmax(softmax, in[0], out[0]);
      case AttentionOp attention -> Attentions.run(attention, in, out);
      case AttentionGrad attention -> AttentionGrads.run(attention, in, out);
      case CrossEntropy loss -> CrossEntropies.run(loss, in, out);
      case CrossEntropyGrad loss -> CrossEntropies.runGrad(loss, in, out[0]);
      case LayerNormOp norm -> LayerNorms.run(norm, in, out);
      case LayerNormGrad norm -> LayerNormGrads.run(norm, in, out);

      case Matmul _ -> Products.matmul(in[0], in[1], out[0]);
      case LinearOp linear -> Products.linear(linear, in, out[0]);
      case ConvOp conv -> Convolutions.run(conv, in, out[0]);
      case MaxPool pool -> Pooling.max(pool, in[0], out[0], out[1]);
      case AvgPool pool -> Pooling.average(pool, in[0], out[0]);
      case PatchesOp patches -> Pooling.unfold(patches, in[0], out[0]);
      case BatchNormOp norm -> Channels.batchNorm(norm, in, out);
      case BatchNormGrad grad -> Channels.batchNormGrad(grad, in, out);

      case Cat cat -> IndexKernels.cat(cat, in, out[0]);
      case IndexSelect select -> IndexKernels.indexSelect(select, in[0], in[1], out[0]);
      case IndexSum sum -> IndexKernels.indexSum(sum, in[0], in[1], out[0]);
      case Gather gather -> IndexKernels.gather(gather, in[0], in[1], out[0]);
      case Scatter scatter -> IndexKernels.scatter(scatter, in[0], in[1], in[2], out[0]);
      case ScatterSum sum -> IndexKernels.scatterSum(sum, in[0], in[1], out[0]);
      case Take take -> IndexKernels.take(take, in[0], in[1], out[0]);

      case Fill fill -> CreationKernels.fill(fill, out[0]);
      case Arange arange -> CreationKernels.arange(arange, out[0]);

      case RandomOp random -> RandomKernels.random(random, out[0]);
      case DropoutOp dropout -> RandomKernels.dropout(dropout, in[0], out[0]);
      case Multinomial draws -> RandomKernels.multinomial(draws, in[0], out[0]);

      case SgdStep step -> StepKernels.run(step, in);
      case AdamStep step -> StepKernels.run(step, in);

      case ArgMode _,
          ArgSort _,
          CumArg _,
          LinearScan _,
          MatrixOp _,
          Scan _,
          ScatterReduce _,
          SearchSorted _ ->
          reference.compute(op, in, out);
    }
  }

  @Override
  public void copyIn(MemorySegment host, Storage target, long offset, long bytes) {
    HostMemory.at(target, offset, bytes).copyFrom(host.asSlice(0, bytes));
  }

  @Override
  public void copyOut(Storage source, long offset, MemorySegment host, long bytes) {
    host.asSlice(0, bytes).copyFrom(HostMemory.at(source, offset, bytes));
  }
}
