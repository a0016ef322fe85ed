import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import {
  packedLength,
  packPanels,
  panelCount,
  unpackPanels,
  weightGradientScratch,
} from "../../src/kernels/panels.ts";
import { bits, fill, guardedBlocks } from "./blocks.ts";

const sizes = [
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 0, max: 40 }),
] as const;

Deno.test("unpacking gives back what was packed, bit for bit", () => {
  fc.assert(fc.property(...sizes, (outputs, inputs) => {
    const weights = Float32Array.from(
      { length: outputs * inputs },
      (_, i) => i % 5 === 0 ? -0 : i,
    );
    const packed = new Float32Array(packedLength(outputs, inputs)).fill(77);
    packPanels(weights, outputs, inputs, packed);
    const back = new Float32Array(weights.length);
    unpackPanels(packed, outputs, inputs, back);
    assertEquals(back, weights);
  }));
});

Deno.test("a weight lies in its output's panel, lane by lane, with zeros for missing outputs", () => {
  const [outputs, inputs] = [11, 3];
  const weights = Float32Array.from(
    { length: outputs * inputs },
    (_, i) => i + 1,
  );
  const packed = new Float32Array(packedLength(outputs, inputs)).fill(77);
  packPanels(weights, outputs, inputs, packed);
  packed.forEach((value, at) => {
    const [panel, input, lane] = [
      Math.floor(at / 24),
      Math.floor(at / 8) % 3,
      at % 8,
    ];
    const output = 8 * panel + lane;
    assertEquals(
      value,
      output < outputs ? weights[output * inputs + input] : 0,
    );
  });
});

Deno.test("the kernel packs the same bits to the same places", async () => {
  for (const [outputs, inputs] of [[1, 1], [3, 512], [8, 5], [31, 7], [5, 0]]) {
    const length = packedLength(outputs!, inputs!);
    const { kernels, blocks, assertIntact } = await guardedBlocks({
      rowMajor: outputs! * inputs!,
      packed: length,
    });
    fill(blocks.rowMajor, outputs!);
    blocks.rowMajor.fill(NaN, 1, 2);
    blocks.packed.fill(77);
    kernels.packPanels(
      blocks.rowMajor.byteOffset,
      outputs!,
      inputs!,
      blocks.packed.byteOffset,
    );
    assertIntact();
    const expected = new Float32Array(length);
    packPanels(blocks.rowMajor, outputs!, inputs!, expected);
    assertEquals(bits(blocks.packed), bits(expected));
  }
});

Deno.test("panels hold eight outputs each", () => {
  assertEquals([0, 1, 8, 9, 16].map(panelCount), [0, 1, 1, 2, 2]);
  assertEquals(packedLength(9, 5), 80);
});

Deno.test("packing refuses arrays of another length", () => {
  const refuse = (run: () => void, message: string) =>
    assertThrows(run, TypeError, message);
  const [weights, packed] = [new Float32Array(10), new Float32Array(40)];
  packPanels(weights, 2, 5, packed);
  refuse(
    () => packPanels(weights.subarray(1), 2, 5, packed),
    "expected 10 values and 40 packed, got 9 and 40",
  );
  refuse(
    () => unpackPanels(packed.subarray(1), 2, 5, weights),
    "Cannot unpack weights [2, 5]",
  );
});

Deno.test("scratch for some rows is enough for fewer", () => {
  for (let batch = 1; batch < 600; batch++) {
    assertGreaterOrEqual(
      weightGradientScratch(batch),
      weightGradientScratch(batch - 1),
    );
  }
  assert(weightGradientScratch(0) > 0);
});
