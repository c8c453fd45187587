package dev.weft.bench.peers;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;

import dev.weft.bench.Engine;
import dev.weft.bench.Work;
import dev.weft.bench.Work.Gemm;
import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas;

/** OpenBLAS alone, into memory that is there already: matrix products only. */
public final class OpenBlasEngine implements Engine {

  @Override
  public String name() {
    return "openblas";
  }

  @Override
  public void threads(int count) {
    openblas.blas_set_num_threads(count);
  }

  @Override
  public boolean has(Work work) {
    return work instanceof Gemm;
  }

  @Override
  public Task task(Work work) {
    var g = (Gemm) work;
    FloatPointer a = random((long) g.batch() * g.m() * g.k());
    FloatPointer b = random((long) g.batch() * g.k() * g.n());
    FloatPointer c = random((long) g.batch() * g.m() * g.n());
    return () -> {
      for (long i = 0; i < g.batch(); i++) {
        cblas_sgemm(
            CblasRowMajor,
            g.transposeA() ? CblasTrans : CblasNoTrans,
            g.transposeB() ? CblasTrans : CblasNoTrans,
            g.m(),
            g.n(),
            g.k(),
            1f,
            a.getPointer(i * g.m() * g.k()),
            g.transposeA() ? g.m() : g.k(),
            b.getPointer(i * g.k() * g.n()),
            g.transposeB() ? g.k() : g.n(),
            0f,
            c.getPointer(i * g.m() * g.n()),
            g.n());
      }
    };
  }

  private static FloatPointer random(long count) {
    var random = new Random(0);
    var values = new FloatPointer(count);
    for (long i = 0; i < count; i++) {
      values.put(i, (float) random.nextGaussian());
    }
    return values;
  }
}
