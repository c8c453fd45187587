"""Makes the files in this folder with pyarrow; README.md says what is in them."""

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.ipc as ipc
import pyarrow.parquet as parquet

N = 10
i = np.arange(N)


def write(name, table, options=None, chunk=4, stream=False):
    opener = ipc.new_stream if stream else ipc.new_file
    with opener(name, table.schema, options=options) as writer:
        writer.write_table(table, max_chunksize=chunk)


numbers = pa.table({
    "i8": pa.array(i - 5, pa.int8()),
    "i16": pa.array(i * 1000 - 5000, pa.int16()),
    "i32": pa.array(i * 100_000 - 500_000, pa.int32()),
    "i64": pa.array(i * 10_000_000_000 - 5, pa.int64()),
    "u8": pa.array(i + 246, pa.uint8()),
    "u16": pa.array(i + 65526, pa.uint16()),
    "u32": pa.array(i + 4294967286, pa.uint32()),
    "f16": pa.array((i / 4).astype(np.float16), pa.float16()),
    "f32": pa.array(i / 8, pa.float32()),
    "f64": pa.array(i / 10, pa.float64()),
    "flag": pa.array(i % 3 == 0, pa.bool_()),
    "day": pa.array(i.astype(np.int32), pa.date32()),
    "time": pa.array(i * 1000, pa.timestamp("ms")),
    "pair": pa.FixedSizeListArray.from_arrays(pa.array(np.arange(2 * N), pa.float32()), 2),
    "grid": pa.FixedSizeListArray.from_arrays(
        pa.FixedSizeListArray.from_arrays(pa.array(np.arange(6 * N), pa.int16()), 3), 2),
    "bytes": pa.array([bytes([k, k + 1, 255 - k]) for k in range(N)], pa.binary(3)),
})
write("numbers.arrow", numbers)
write("numbers.arrows", numbers, stream=True)
write("numbers-lz4.arrow", numbers, ipc.IpcWriteOptions(compression="lz4"))
write("numbers-lz4.arrows", numbers, ipc.IpcWriteOptions(compression="lz4"), stream=True)
write("numbers-zstd.arrow", numbers, ipc.IpcWriteOptions(compression="zstd"))
write("numbers-v4.arrow", numbers, ipc.IpcWriteOptions(metadata_version=ipc.MetadataVersion.V4))
write("numbers-legacy.arrows", numbers,
      ipc.IpcWriteOptions(metadata_version=ipc.MetadataVersion.V4, use_legacy_format=True), stream=True)
feather.write_feather(numbers.select(["i64", "f32"]), "feather2.feather")
feather.write_feather(numbers.select(["i64", "f32"]), "feather1.feather", version=1)
parquet.write_table(numbers.select(["i64"]), "table.parquet")

# LZ4: long runs, text that repeats, and noise that does not shrink; several blocks of 64 KiB
rng = np.random.Generator(np.random.PCG64(7))
rows = 12_000
packed = pa.table({
    "run": pa.array(np.arange(rows) // 1000, pa.int64()),
    "wave": pa.array(np.arange(rows) % 97, pa.int16()),
    "noise": pa.array(rng.integers(0, 1 << 62, 1000).repeat(1)[np.arange(rows) % 1000] ^ np.arange(rows), pa.int64()),
})
write("packed.arrow", packed, ipc.IpcWriteOptions(compression="lz4"), chunk=rows)

gaps = pa.table({
    "f32": pa.array([None if k % 4 == 1 else k / 2 for k in range(N)], pa.float32()),
    "i32": pa.array([None if k == 9 else k for k in range(N)], pa.int32()),
    "flag": pa.array([None if k == 0 else True for k in range(N)], pa.bool_()),
    "pair": pa.array([None if k == 2 else [k, None if k == 3 else -k] for k in range(N)],
                     pa.list_(pa.float32(), 2)),
    "full": pa.array(i, pa.int64()),
})
write("gaps.arrow", gaps)

union = pa.UnionArray.from_sparse(
    pa.array(i % 2, pa.int8()), [pa.array(i, pa.int32()), pa.array(i / 2, pa.float64())])
between = pa.table({
    "first": pa.array(i, pa.int64()),
    "text": pa.array([f"row {k}" for k in range(N)]),
    "large": pa.array([f"row {k}" for k in range(N)], pa.large_string()),
    "view": pa.array([f"a text that is longer than twelve bytes {k}" for k in range(N)], pa.string_view()),
    "list": pa.array([[k] * k for k in range(N)], pa.list_(pa.int32())),
    "map": pa.array([[("k", k)] for k in range(N)], pa.map_(pa.string(), pa.int32())),
    "struct": pa.array([{"x": k, "y": [k]} for k in range(N)]),
    "union": union,
    "null": pa.nulls(N),
    "u64": pa.array(i, pa.uint64()),
    "decimal": pa.array([None] * N, pa.decimal128(10, 2)),
    "ends": pa.RunEndEncodedArray.from_arrays(pa.array([4, N], pa.int32()), pa.array([1.5, 2.5])),
    "word": pa.array(["a", "b"] * (N // 2)).dictionary_encode(),
    "last": pa.array(i * 2, pa.int32()),
})
write("between.arrow", between, chunk=N)
write("between.arrows", between, stream=True, chunk=N)

shape = pa.fixed_shape_tensor(pa.float32(), [2, 3])
tensors = pa.ExtensionArray.from_storage(
    shape, pa.FixedSizeListArray.from_arrays(pa.array(np.arange(6 * N), pa.float32()), 6))
write("tensors.arrow", pa.table({"t": tensors}))
turned = pa.fixed_shape_tensor(pa.float32(), [2, 3], permutation=[1, 0])
write("turned.arrow", pa.table({"t": pa.ExtensionArray.from_storage(turned, tensors.storage)}))

write("no-rows.arrow", numbers.slice(0, 0))
with ipc.new_file("no-batches.arrow", numbers.schema):
    pass
write("twice.arrow", pa.Table.from_arrays([pa.array(i), pa.array(i)], names=["x", "x"]))
