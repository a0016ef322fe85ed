import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import {
  checkReach,
  checkStepCount,
  magnitudeOf,
  reachesOf,
  tensorFault,
} from "../../src/checkpoint/judge.ts";
import { decodeSafetensors } from "../../src/checkpoint/safetensors_reader.ts";
import type { TensorData } from "../../src/checkpoint/safetensors.ts";
import {
  readServingModel,
  readState,
} from "../../src/checkpoint/state_reader.ts";
import { encodeSafetensors } from "../../src/checkpoint/safetensors.ts";
import { tensorsOf } from "../../src/checkpoint/state.ts";
import { CheckpointError } from "../../src/errors.ts";
import { readWeights } from "../../src/service/weights.ts";
import { modelState } from "../service/fixture.ts";

Deno.test("a tensor is sound if and only if its values are finite, its squares not negative, and only labels missing", () => {
  const values = fc.array(fc.float(), { maxLength: 20 });
  const names = fc.constantFrom(
    "head.a.weight",
    "optim.head.a.weight.exp_avg",
    "optim.head.a.weight.exp_avg_sq",
    "optim.trunk.0.bias.square_avg",
    "standardization.inverse_deviation",
    "memory.0",
  );
  fc.assert(fc.property(names, values, (name, values) => {
    const squares = /sq|inverse/.test(name);
    const sound = values.every((value) =>
      name === "memory.0" && Number.isNaN(value) ||
      Number.isFinite(value) && (!squares || value >= 0)
    );
    assertEquals(
      tensorFault(name, Float32Array.from(values)) === undefined,
      sound,
    );
  }));
});

Deno.test("the magnitude of a tensor is its largest value without its sign", () => {
  // Neighbouring floats too, which differ in their lower halves alone.
  const near = fc.integer({ min: 0, max: 0x1_ffff }).map((bits) =>
    new Float32Array(Int32Array.of(0x3f80_0000 + bits).buffer)[0]!
  );
  const value = fc.oneof(fc.float({ noNaN: true }), near);
  fc.assert(fc.property(fc.array(value), (values) => {
    const expected = Math.max(0, ...values.map(Math.abs));
    assertEquals(magnitudeOf(Float32Array.from(values)), expected);
  }));
});

Deno.test("a step count is whole, not negative, and can be counted on from", () => {
  for (const step of [0, 1, 2 ** 50]) checkStepCount("step", step);
  for (const step of [-1, 0.5, NaN, Infinity, 2 ** 51]) {
    assertThrows(
      () => checkStepCount("step", step),
      CheckpointError,
      `${step}`,
    );
  }
});

Deno.test("no descriptor takes a model that is let through out of the finite numbers", () => {
  const magnitude = fc.double({ min: 0, max: 38, noNaN: true }).map((x) =>
    10 ** x
  );
  fc.assert(
    fc.property(magnitude, magnitude, magnitude, (first, last, scale) => {
      const tensors = new Map([
        ["trunk.0.weight", Float32Array.of(first, -first)],
        ["trunk.0.bias", Float32Array.of(0)],
        ["head.a.weight", Float32Array.of(last)],
        ["head.a.bias", Float32Array.of(1)],
      ]);
      const standardization = {
        mean: Float32Array.of(100, 0),
        inverseDeviation: Float32Array.of(scale, 0),
      };
      const { trunk, heads } = reachesOf(tensors, { inputs: 2, hidden: [1] });
      const out = Math.fround(Math.fround(first * 155 * scale) * last);
      try {
        checkReach(standardization, trunk, heads);
      } catch (error) {
        assertMatch(String(error), /expected finite results/);
        return;
      }
      assertEquals(Number.isFinite(out), true);
    }),
  );
});

type Damage = (
  tensors: ReadonlyMap<string, TensorData>,
  metadata: Record<string, string>,
) => void;

const DAMAGES: [string, Damage, RegExp][] = [
  [
    "a NaN in a weight",
    put("head.thing.weight", NaN),
    /finite numbers, got NaN/,
  ],
  [
    "an infinite bias",
    put("head.thing.bias", Infinity),
    /finite numbers, got Infinity/,
  ],
  ["a weight of 3e38", put("head.thing.weight", 3e38), /finite results/],
  [
    "a negative deviation",
    put("standardization.inverse_deviation", -1),
    /numbers ≥ 0/,
  ],
  [
    "a negative second moment",
    put("optim.head.thing.weight.exp_avg_sq", -1),
    /exp_avg_sq: expected numbers ≥ 0/,
  ],
  ["a step before the first", (tensors) => {
    const { data } = tensors.get("optim.head.thing.weight.step")!;
    new DataView(data.buffer, data.byteOffset).setInt32(0, -1, true);
  }, /whole number of steps .*got -1/],
  ["a step of 400 nines", (_, metadata) => {
    metadata.step = "9".repeat(400);
  }, /whole number of steps/],
  ["a step that is no number", (_, metadata) => {
    metadata.step = "many";
  }, /whole number of steps/],
];

for (const [title, damage, message] of DAMAGES) {
  Deno.test(`${title} is refused wherever a state comes in`, async () => {
    const bytes = damaged(damage);
    for (const part of ["state", "judge"] as const) {
      const refused = await assertRejects(async () => {
        const weights = await readWeights(bytes);
        await weights[part]();
      }, CheckpointError);
      assertMatch(refused.message, message);
    }
  });
}

Deno.test("what serving reads of a sound state is let through, and all of it too", async () => {
  const source = decodeSafetensors(damaged(() => {}));
  await readServingModel(source);
  await readState(source);
});

function put(name: string, value: number): Damage {
  return (tensors) => {
    const { data } = tensors.get(name)!;
    new DataView(data.buffer, data.byteOffset).setFloat32(0, value, true);
  };
}

/** The small model's file with something wrong in it. */
function damaged(damage: Damage): Uint8Array<ArrayBuffer> {
  const { tensors, metadata } = tensorsOf(modelState({}), { bytes: false });
  const own = tensors.map((tensor) => ({
    ...tensor,
    data: tensor.data.slice(),
  }));
  damage(new Map(own.map((tensor) => [tensor.name, tensor])), metadata);
  return new Uint8Array(
    encodeSafetensors(own, metadata).flatMap((chunk) => [...chunk]),
  );
}
