package dev.weft.engine.reference;

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
import dev.weft.engine.op.Cholesky;
import dev.weft.engine.op.Clamp;
import dev.weft.engine.op.ComplexBinary;
import dev.weft.engine.op.ComplexUnary;
import dev.weft.engine.op.ConvOp;
import dev.weft.engine.op.Copy;
import dev.weft.engine.op.CopyInto;
import dev.weft.engine.op.CrossEntropy;
import dev.weft.engine.op.CrossEntropyGrad;
import dev.weft.engine.op.CumArg;
import dev.weft.engine.op.Det;
import dev.weft.engine.op.Dft;
import dev.weft.engine.op.DropoutOp;
import dev.weft.engine.op.Eig;
import dev.weft.engine.op.Eigh;
import dev.weft.engine.op.Fill;
import dev.weft.engine.op.Gather;
import dev.weft.engine.op.IndexSelect;
import dev.weft.engine.op.IndexSum;
import dev.weft.engine.op.LayerNormGrad;
import dev.weft.engine.op.LayerNormOp;
import dev.weft.engine.op.LinearOp;
import dev.weft.engine.op.LinearScan;
import dev.weft.engine.op.LogSoftmaxOp;
import dev.weft.engine.op.Lu;
import dev.weft.engine.op.Matmul;
import dev.weft.engine.op.MatrixOp;
import dev.weft.engine.op.MaxPool;
import dev.weft.engine.op.Multinomial;
import dev.weft.engine.op.NextAfter;
import dev.weft.engine.op.Op;
import dev.weft.engine.op.PatchesOp;
import dev.weft.engine.op.Pinv;
import dev.weft.engine.op.Polygamma;
import dev.weft.engine.op.Qr;
import dev.weft.engine.op.RandomOp;
import dev.weft.engine.op.Reduce;
import dev.weft.engine.op.Scan;
import dev.weft.engine.op.Scatter;
import dev.weft.engine.op.ScatterReduce;
import dev.weft.engine.op.ScatterSum;
import dev.weft.engine.op.SearchSorted;
import dev.weft.engine.op.SgdStep;
import dev.weft.engine.op.Slogdet;
import dev.weft.engine.op.SoftmaxOp;
import dev.weft.engine.op.Solve;
import dev.weft.engine.op.SolveTriangular;
import dev.weft.engine.op.SpecialBinary;
import dev.weft.engine.op.SpecialUnary;
import dev.weft.engine.op.SumTo;
import dev.weft.engine.op.Svd;
import dev.weft.engine.op.Take;
import dev.weft.engine.op.Unary;
import dev.weft.engine.op.View;
import dev.weft.engine.op.Where;
import dev.weft.engine.op.WithScalar;
import dev.weft.engine.spi.Backend;
import dev.weft.engine.spi.Block;
import java.lang.foreign.MemorySegment;

/**
 * Every op as plain loops over {@code double[]} (floating dtypes) or {@code long[]} (integers and
 * bool), rounded to the output's dtype once, at the end. It is the oracle of the tests and the
 * fallback for what has no fast kernel; its loops are the specification that other backends follow.
 *
 * <p>All of an op's values are computed, and all its indices checked, before the first is stored:
 * an op that throws has changed nothing, and inputs may share memory with what is written.
 *
 * <p>Thread-safe.
 */
public final class ReferenceBackend implements Backend {

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
      case Unary unary -> Elementwise.unary(unary, in[0], out[0]);
      case Binary binary -> Elementwise.binary(binary, in[0], in[1], out[0]);
      case WithScalar scalar -> Elementwise.withScalar(scalar, in[0], out[0]);
      case Activation f -> Elementwise.map(f.on(in[0].dtype()), in[0], out[0]);
      case Polygamma f -> Elementwise.map(f::at, in[0], out[0]);
      case SpecialUnary f -> Elementwise.map(f::at, in[0], out[0]);
      case SpecialBinary f -> Elementwise.binary(f, in[0], in[1], out[0]);
      case NextAfter f ->
          Elementwise.map((x, y) -> f.at(in[0].dtype(), x, y), in[0], in[1], out[0]);
      case Clamp clamp -> Elementwise.clamp(clamp, in[0], out[0]);
      case Where _ -> Elementwise.where(in[0], in[1], in[2], out[0]);
      case DropoutOp dropout -> Elementwise.dropout(dropout, in[0], out[0]);
      case Cast _, Copy _ -> Values.copy(in[0], out[0]);
      case CopyInto _ -> Values.copy(in[1], in[0]);
      case ComplexUnary f -> ComplexElements.unary(f, in[0], out[0]);
      case ComplexBinary f -> ComplexElements.binary(f, in[0], in[1], out[0]);
      case Dft dft -> Fourier.transform(dft, in[0], out[0]);
      case View view ->
          throw new IllegalStateException(view + ": a view shares memory and is never computed");

      case Reduce reduce -> Reductions.reduce(reduce, in[0], out[0]);
      case ArgReduce reduce -> Reductions.argReduce(reduce, in[0], out[0]);
      case ArgMode mode -> Sorting.argMode(mode, in[0], out[0]);
      case ArgSort sort -> Sorting.argSort(sort, in[0], out[0]);
      case CumArg arg -> Scans.cumArg(arg, in[0], out[0]);
      case LinearScan scan -> Scans.linear(scan, in[0], in[1], out[0]);
      case Scan scan -> Scans.scan(scan, in[0], out[0]);
      case SearchSorted search -> Sorting.searchSorted(search, in[0], in[1], out[0]);
      case SumTo sum -> Reductions.sumTo(sum, in[0], out[0]);

      case Cat cat -> Indexing.cat(cat, in, out[0]);
      case IndexSelect select -> Indexing.indexSelect(select, in[0], in[1], out[0]);
      case IndexSum sum -> Indexing.indexSum(sum, in[0], in[1], out[0]);
      case Gather gather -> Indexing.gather(gather, in[0], in[1], out[0]);
      case Scatter scatter -> Indexing.scatter(scatter, in[0], in[1], in[2], out[0]);
      case ScatterReduce reduce -> Indexing.scatterReduce(reduce, in[0], in[1], in[2], out[0]);
      case ScatterSum sum -> Indexing.scatterSum(sum, in[0], in[1], out[0]);
      case Take take -> Indexing.take(take, in[0], in[1], out[0]);

      case Matmul _ -> Products.matmul(in[0], in[1], out[0]);
      case LinearOp linear -> Products.linear(linear, in, out[0]);
      case ConvOp conv -> Convolutions.run(conv, in, out[0]);
      case MaxPool pool -> Pooling.max(pool, in[0], out[0], out[1]);
      case AvgPool pool -> Pooling.average(pool, in[0], out[0]);
      case PatchesOp patches -> Pooling.unfold(patches, in[0], out[0]);

      case MatrixOp matrix when in[0].isComplex() -> complex(matrix, in, out);
      case Solve solve -> Elimination.solve(solve, in[0], in[1], out[0]);
      case SolveTriangular solve -> Elimination.solveTriangular(solve, in[0], in[1], out[0]);
      case Cholesky cholesky -> Elimination.cholesky(cholesky, in[0], out[0]);
      case Lu lu -> Elimination.lu(lu, in[0], out);
      case Qr qr -> Elimination.qr(qr, in[0], out[0], out[1]);
      case Det _ -> Elimination.det(in[0], out[0]);
      case Slogdet _ -> Elimination.slogdet(in[0], out[0], out[1]);
      case Svd svd -> Spectra.svd(svd, in[0], out[0], out[1], out[2]);
      case Pinv pinv -> Spectra.pinv(pinv, in[0], out[0]);
      case Eigh eigh -> Spectra.eigh(eigh, in[0], out[0], out[1]);
      case Eig eig -> ComplexSchur.eig(eig, in[0], out[0], out[1]);

      case SoftmaxOp softmax -> Rows.softmax(softmax, in[0], out[0]);
      case LogSoftmaxOp softmax -> Rows.logSoftmax(softmax, in[0], out[0]);
      case AttentionOp attention -> Attentions.run(attention, in, out);
      case AttentionGrad attention -> Attentions.grad(attention, in, out);
      case CrossEntropy loss -> Rows.crossEntropy(loss, in[0], in[1], out[0], out[1]);
      case CrossEntropyGrad grad -> Rows.crossEntropyGrad(grad, in, out[0]);
      case LayerNormOp norm -> Rows.layerNorm(norm, in, out);
      case LayerNormGrad grad -> Rows.layerNormGrad(grad, in, out);
      case BatchNormOp norm -> Channels.batchNorm(norm, in, out);
      case BatchNormGrad grad -> Channels.batchNormGrad(grad, in, out);

      case Fill fill -> Creation.fill(fill, out[0]);
      case Arange arange -> Creation.arange(arange, out[0]);
      case RandomOp random -> Creation.random(random, out[0]);
      case Multinomial multinomial -> Creation.multinomial(multinomial, in[0], out[0]);

      case SgdStep step -> Steps.sgd(step, in);
      case AdamStep step -> Steps.adam(step, in);
    }
  }

  private static void complex(MatrixOp op, Tensor[] in, Tensor[] out) {
    switch (op) {
      case Solve solve -> ComplexElimination.solve(solve, in[0], in[1], out[0]);
      case SolveTriangular solve -> ComplexElimination.solveTriangular(solve, in[0], in[1], out[0]);
      case Cholesky cholesky -> ComplexElimination.cholesky(cholesky, in[0], out[0]);
      case Lu lu -> ComplexElimination.lu(lu, in[0], out);
      case Qr _ -> ComplexElimination.qr(in[0], out[0], out[1]);
      case Det _ -> ComplexElimination.det(in[0], out[0]);
      case Slogdet _ -> ComplexElimination.slogdet(in[0], out[0], out[1]);
      case Svd svd -> ComplexSpectra.svd(svd, in[0], out[0], out[1], out[2]);
      case Pinv pinv -> ComplexSpectra.pinv(pinv, in[0], out[0]);
      case Eigh eigh -> ComplexSpectra.eigh(eigh, in[0], out[0], out[1]);
      case Eig eig -> ComplexSchur.eig(eig, in[0], out[0], out[1]);
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
