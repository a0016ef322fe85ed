import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createArena } from "../../src/kernels/arena.ts";
import {
  BYTE_WEIGHT,
  exactBytes,
  floatsOf,
  roundNetwork,
  roundToBytes,
} from "../../src/model/quantize.ts";
import { allocateNetwork } from "../../src/model/network.ts";
import { loadParameters, parametersFrom } from "../../src/model/state.ts";
import { tensorSpecs } from "../../src/model/sizes.ts";
import { bits } from "../kernels/blocks.ts";
import { twoHeads } from "../heads/specs.ts";

/** Any finite floats whose bytes do not leave the floats, as rows of a matrix. */
const matrices = fc.integer({ min: 1, max: 5 }).chain((outputs) =>
  fc.integer({ min: 1, max: 20 }).chain((inputs) =>
    fc.array(
      fc.float({
        noNaN: true,
        min: Math.fround(-1e38),
        max: Math.fround(1e38),
      }),
      { minLength: outputs * inputs, maxLength: outputs * inputs },
    ).map((values) => ({
      outputs,
      inputs,
      weight: Float32Array.from(values),
    }))
  )
);

Deno.test("every weight is within half a step of its byte, and the largest of a row is 127 steps", () => {
  fc.assert(fc.property(matrices, ({ outputs, inputs, weight }) => {
    const { values, scale } = roundToBytes(weight, outputs);
    for (let o = 0; o < outputs; o++) {
      const row = Array.from(weight.subarray(o * inputs, (o + 1) * inputs));
      const bytes = values.subarray(o * inputs, (o + 1) * inputs);
      const step = scale[o]!;
      if (step === 0) {
        assert(row.every((value) => Math.abs(value) < 2 ** -100));
        assert(bytes.every((byte) => byte === 0));
        continue;
      }
      row.forEach((value, i) =>
        assert(Math.abs(value - bytes[i]! * step) <= step / 2)
      );
      assertEquals(Math.max(...bytes.map(Math.abs)), 127);
      assert(step >= Math.max(...row.map(Math.abs)) / 127);
      assertEquals(new Uint32Array(Float32Array.of(step).buffer)[0]! & 0xff, 0);
    }
  }));
});

Deno.test("bytes times scales are exact floats, and rounding them again changes nothing", () => {
  fc.assert(fc.property(matrices, ({ outputs, inputs, weight }) => {
    const rounded = roundToBytes(weight, outputs);
    const floats = floatsOf(rounded);
    floats.forEach((value, i) =>
      assertEquals(
        value,
        rounded.values[i]! * rounded.scale[Math.floor(i / inputs)]!,
      )
    );
    assertEquals(roundToBytes(floats, outputs), rounded);
    assertEquals(exactBytes(floats, outputs), rounded);
  }));
});

Deno.test("a weight in bytes stands for the very bits of the floats, or there is none", () => {
  assertEquals(exactBytes(Float32Array.of(127, 1, -3), 1), {
    values: Int8Array.of(127, 1, -3),
    scale: Float32Array.of(1),
  });
  assertEquals(exactBytes(Float32Array.of(127, 1.5), 1), undefined);
  assertEquals(exactBytes(Float32Array.of(127, -0), 1), undefined);
  fc.assert(fc.property(matrices, ({ outputs, weight }) => {
    const exact = exactBytes(weight, outputs);
    if (exact !== undefined) assertEquals(bits(floatsOf(exact)), bits(weight));
  }));
});

Deno.test("halves go to the even byte, and a weight's reverse to its byte's", () => {
  const weight = Float32Array.of(127, 0.5, 1.5, 2.5, -0.5, -1.5);
  const bytes = [127, 0, 2, 2, 0, -2];
  assertEquals([...roundToBytes(weight, 1).values], bytes);
  assertEquals(
    [...roundToBytes(weight.map((value) => -value), 1).values],
    bytes.map((byte) => byte === 0 ? 0 : -byte),
  );
});

Deno.test("a row with a number that is not finite is no number at all, and the others stay", () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    const weight = Float32Array.of(127, 2, 3, value, 0, 127);
    const rounded = roundToBytes(weight, 3);
    assertEquals([...rounded.scale], [1, NaN, 1]);
    assertEquals([...floatsOf(rounded)], [127, 2, NaN, NaN, 0, 127]);
    assertEquals(exactBytes(Float32Array.of(1, value), 1), undefined);
  }
});

for (const hidden of [[], [9], [9, 4]]) {
  Deno.test(`a network's first weight is rounded, and nothing else (${hidden.length} hidden)`, async () => {
    const sizes = { inputs: 5, hidden, heads: twoHeads(2, 3) };
    const { views } = await createArena((allocate) =>
      allocateNetwork(allocate, sizes)
    );
    const parameters = new Map(
      tensorSpecs(sizes).map(({ name, shape: [outputs, inputs = 1] }, t) => [
        name,
        Float32Array.from(
          { length: outputs * inputs },
          (_, i) => Math.sin(i + 10 * t),
        ),
      ]),
    );
    loadParameters(views, parameters);
    roundNetwork(views);
    const weight = parameters.get(BYTE_WEIGHT);
    assertEquals(
      parametersFrom(views),
      weight === undefined ? parameters : new Map([
        ...parameters,
        [BYTE_WEIGHT, floatsOf(roundToBytes(weight, 9))],
      ]),
    );
  });
}
