package dev.weft.engine.io;

import dev.weft.engine.DType;
import java.util.Arrays;
import java.util.Optional;

/** PyTorch's element types: their names, those of their storages, and ours. */
enum TorchType {
  FLOAT64("float64", "DoubleStorage", DType.FLOAT64),
  FLOAT32("float32", "FloatStorage", DType.FLOAT32),
  FLOAT16("float16", "HalfStorage", DType.FLOAT16),
  BFLOAT16("bfloat16", "BFloat16Storage", DType.BFLOAT16),
  INT64("int64", "LongStorage", DType.INT64),
  INT32("int32", "IntStorage", DType.INT32),
  INT16("int16", "ShortStorage", DType.INT16),
  INT8("int8", "CharStorage", DType.INT8),
  UINT8("uint8", "ByteStorage", DType.UINT8),
  BOOL("bool", "BoolStorage", DType.BOOL),
  COMPLEX64("complex64", "ComplexFloatStorage", DType.COMPLEX64),
  COMPLEX128("complex128", "ComplexDoubleStorage", DType.COMPLEX128);

  /** PyTorch's name, without the module. */
  final String torchName;

  /** The class of its storages, without the module. */
  final String storage;

  final DType dtype;

  TorchType(String torchName, String storage, DType dtype) {
    this.torchName = torchName;
    this.storage = storage;
    this.dtype = dtype;
  }

  /** Bytes of an element. */
  int bytes() {
    return dtype.bytes();
  }

  static Optional<TorchType> named(String name) {
    return Arrays.stream(values()).filter(type -> type.torchName.equals(name)).findFirst();
  }

  static Optional<TorchType> ofStorage(String name) {
    return Arrays.stream(values()).filter(type -> type.storage.equals(name)).findFirst();
  }

  static TorchType of(DType dtype) {
    return Arrays.stream(values()).filter(type -> type.dtype == dtype).findFirst().orElseThrow();
  }
}
