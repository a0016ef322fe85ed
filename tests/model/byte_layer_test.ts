import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { createArena } from "../../src/kernels/arena.ts";
import {
  allocateByteLayer,
  forwardByteLayer,
  partsOf,
  writeByteLayer,
  writeDescriptor,
} from "../../src/model/byte_layer.ts";

const standardizationOf = (...inverseDeviation: number[]) => ({
  mean: new Float32Array(inverseDeviation.length),
  inverseDeviation: Float32Array.from(inverseDeviation),
});

Deno.test("inputs are parted wherever the deviation changes, each part in blocks of its own", () => {
  const lengths = [3, 16, 17, 1];
  const factors = lengths.flatMap((length, part) =>
    Array(length).fill([1, 0.5, 2, 0.5][part])
  );
  assertEquals(partsOf(standardizationOf(...factors)), [
    { start: 0, length: 3, offset: 0, inverseDeviation: 1 },
    { start: 3, length: 16, offset: 16, inverseDeviation: 0.5 },
    { start: 19, length: 17, offset: 32, inverseDeviation: 2 },
    { start: 36, length: 1, offset: 64, inverseDeviation: 0.5 },
  ]);
  assertEquals(partsOf(standardizationOf(1)).length, 1);
});

/** A layer of 7 inputs in three parts, for up to 3 rows. */
const STANDARDIZATION = {
  mean: Float32Array.of(0, 255, 128, 1, 2, 3, 4),
  inverseDeviation: Float32Array.of(0.5, 0.5, 2, 2, 2, 0.25, 0.25),
};
const layerOf = () =>
  createArena((allocate) => ({
    layer: allocateByteLayer(allocate, 7, 5, partsOf(STANDARDIZATION), 3),
    out: allocate.floats(3 * 8),
  }));

Deno.test("with whole means and powers of two, every output is exact, and none depends on the last use of a row", async () => {
  const { kernels, views: { layer, out } } = await layerOf();
  const bytes = fc.uint8Array({ minLength: 7, maxLength: 7 });
  fc.assert(fc.property(
    fc.int8Array({ minLength: 35, maxLength: 35 }),
    fc.array(bytes, { minLength: 1, maxLength: 3 }),
    (values, descriptors) => {
      const scale = Float32Array.of(1, 0.5, 0.25, 2, 4);
      const bias = Float32Array.of(0, 1, -2, 3, -400);
      writeByteLayer(layer, { values, scale }, bias, STANDARDIZATION);
      descriptors.forEach((descriptor, row) =>
        writeDescriptor(kernels, layer, descriptor, row)
      );
      forwardByteLayer(kernels, layer, descriptors.length, out);
      const { mean, inverseDeviation } = STANDARDIZATION;
      descriptors.forEach((descriptor, row) => {
        const expected = Array.from(
          bias,
          (start, o) =>
            Array.from(descriptor).reduce(
              (sum, x, i) =>
                sum + (x - mean[i]!) * inverseDeviation[i]! * scale[o]! *
                  values[7 * o + i]!,
              start,
            ),
        );
        assertEquals(
          Array.from(out.subarray(8 * row, 8 * row + 8)),
          [...expected.map((value) => Math.max(0, value)), 0, 0, 0],
        );
      });
    },
  ));
});

Deno.test("a weight, scale, bias or mean of another length is refused", async () => {
  const { views: { layer } } = await layerOf();
  const write = (weight: number, scale: number, bias: number, mean: number) =>
    writeByteLayer(
      layer,
      { values: new Int8Array(weight), scale: new Float32Array(scale) },
      new Float32Array(bias),
      { ...STANDARDIZATION, mean: new Float32Array(mean) },
    );
  write(35, 5, 5, 7);
  const wrong: [string, () => void][] = [
    [
      "weight of the first layer: expected 35 values, got 34",
      () => write(34, 5, 5, 7),
    ],
    [
      "scale of the first layer: expected 5 values, got 6",
      () => write(35, 6, 5, 7),
    ],
    [
      "bias of the first layer: expected 5 values, got 8",
      () => write(35, 5, 8, 7),
    ],
    [
      "mean of the first layer: expected 7 values, got 1",
      () => write(35, 5, 5, 1),
    ],
  ];
  for (const [message, call] of wrong) assertThrows(call, TypeError, message);
});

Deno.test("more inputs than a sum of 32 bits can hold are refused", async () => {
  const parts = partsOf(standardizationOf(...Array(65_537).fill(1)));
  await assertRejects(
    () =>
      createArena((allocate) =>
        allocateByteLayer(allocate, 65_537, 1, parts, 1)
      ),
    RangeError,
    "expected at most 65536 inputs, got 65537",
  );
});
