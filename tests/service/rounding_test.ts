import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import fc from "fast-check";
import { widthOf } from "../../src/heads/kinds.ts";
import { Random } from "../../src/nn/prng.ts";
import { ServingNetwork } from "../../src/service/network.ts";
import { FeaturePool } from "../../src/service/pool.ts";
import { round } from "../../src/service/rounding.ts";
import { Tuner } from "../../src/service/tuner.ts";
import type { FinetuneRequest } from "../../src/service/requests.ts";
import { readWeights, type Weights } from "../../src/service/weights.ts";
import { ModelStore } from "../../src/store/store.ts";
import type { ClassesAnswer } from "../../src/heads/classes.ts";
import {
  BASE_TRUNK,
  fixtureWeights,
  lesson,
  onlyLabel,
  openFixture,
  TWO_HEADS,
} from "./fixture.ts";

const SHIPPED = new URL(
  "../../weights/office31.safetensors",
  import.meta.url,
);

const rounded = (value: number) => {
  const values = Float32Array.of(value);
  round(values);
  return values[0]!;
};

/** Whether every value has 16 significant bits. */
const isShort = (values: Float32Array) =>
  new Uint32Array(values.buffer).every((word) => (word & 0xff) === 0);

/** The same by the definition, in doubles, which hold every value in between. */
function nearest(value: number): number {
  let exponent = -126;
  while (2 ** (exponent + 1) <= Math.abs(value)) exponent++;
  const unit = 2 ** (exponent - 15);
  const below = Math.floor(value / unit);
  const rest = value / unit - below;
  const up = rest > 0.5 || (rest === 0.5 && below % 2 !== 0);
  return (up ? below + 1 : below) * unit;
}

Deno.test("rounds to the nearest number of 16 significant bits, ties to even", () => {
  const value = fc.oneof(
    fc.float({ noNaN: true, max: Math.fround(1e38), min: Math.fround(-1e38) }),
    // Halfway between two, or next to it.
    fc.tuple(fc.nat(2 ** 15), fc.integer({ min: -1, max: 1 })).map(
      ([upper, off]) => (2 ** 15 + upper) * 256 + 128 + off,
    ),
  );
  fc.assert(fc.property(value, (value) => {
    assertEquals(rounded(value) + 0, nearest(value) + 0);
    assertEquals(rounded(rounded(value)), rounded(value));
  }));
  assertEquals(rounded(1 + 2 ** -16), 1);
  assertEquals(rounded(1 + 3 * 2 ** -16), 1 + 2 ** -14);
});

Deno.test("keeps what is not finite, and what would not be", () => {
  const greatest = (2 - 2 ** -23) * 2 ** 127;
  for (const value of [NaN, Infinity, -Infinity, 0, -0, greatest, -greatest]) {
    assertEquals(rounded(value), value);
  }
  const payload = new Uint32Array([0x7fffffff, 0xffffffff]);
  round(new Float32Array(payload.buffer));
  assertEquals([...payload], [0x7fffffff, 0xffffffff]);
});

/** The tensors that a version keeps after a label of one head, and whether each is short. */
async function keptAfter(
  weights: Weights,
  options: Partial<FinetuneRequest>,
): Promise<[name: string, short: boolean][]> {
  const { service, engine } = await openFixture({ weights });
  const labels = onlyLabel(TWO_HEADS, "thing", 2);
  await service.finetune(lesson(1, { labels, ...options }));
  const store = new ModelStore(engine, await weights.base);
  const tensors = await store.load((await store.head()).manifest);
  await service.close();
  return Array.from(tensors, ([name, values]) => [name, isShort(values)]);
}

Deno.test("a correction rounds the moments that it moved, and nothing else", async () => {
  const weights = await fixtureWeights({ guard: false });
  const kept = await keptAfter(weights, {
    mode: "correct",
    learningRate: undefined,
  });
  assertEquals(kept, [
    ["correction.head.thing.bias.exp_avg_sq", true],
    ["correction.head.thing.weight.exp_avg_sq", true],
    ["head.thing.bias", false],
    ["head.thing.weight", false],
  ]);
});

Deno.test("a fine-tune rounds the moments that it moved, and nothing else", async () => {
  const weights = await fixtureWeights({ guard: false, replay: false });
  const kept = await keptAfter(weights, {});
  // Nothing was said of the place: its head is the weights file's.
  assertEquals(kept, [
    ["head.thing.bias", false],
    ["head.thing.weight", false],
    ["optim.head.thing.bias.exp_avg", true],
    ["optim.head.thing.bias.exp_avg_sq", true],
    ["optim.head.thing.weight.exp_avg", true],
    ["optim.head.thing.weight.exp_avg_sq", true],
  ]);
  const { moments } = await weights.material();
  assert(!isShort(moments.get("head.place.weight")!.slots.get("exp_avg")!));
});

Deno.test("fifty fine-tunes of the shipped model decide as they would with exact moments", async () => {
  const weights = await readWeights(await Deno.readFile(SHIPPED));
  const { moments, replay, guard } = await weights.material();
  const { heads } = weights.model.sizes;
  const network = await ServingNetwork.create(weights.model);
  const pool = new FeaturePool(network, replay!);
  const rows = (rows: number[]) => pool.rows(BASE_TRUNK, rows);
  const rounded = await Tuner.create(weights.model, 40);
  const exact = await Tuner.create(weights.model, 40);
  for (const tuner of [rounded, exact]) {
    tuner.load({ parameters: weights.model.parameters, moments });
  }
  const random = Random.fromSeed(1, "lessons");
  const learningRate = 2e-4;
  for (let request = 0; request < 50; request++) {
    const known = rows([random.below(pool.length)]);
    const another = random.below(widthOf(heads[1]!));
    const lesson = request % 3 === 0
      ? { ...known, labels: [known.labels[0]!, [another]] }
      : known;
    for (let step = 0; step < 3; step++) {
      const batch = [
        ...new Array(8).fill(lesson),
        rows(pool.draw(32, random)),
      ];
      for (const tuner of [rounded, exact]) tuner.step(batch, learningRate);
    }
    rounded.load(rounded.save());
  }
  const [a, b] = [rounded, exact].map((tuner) => tuner.save().parameters);
  let largest = 0;
  for (const [name, values] of a!) {
    values.forEach((value, i) =>
      largest = Math.max(largest, Math.abs(value - b!.get(name)![i]!))
    );
  }
  assertGreater(largest, 0);
  assertLess(largest / learningRate, 0.01);

  const { inputs } = weights.model.sizes;
  const descriptors = [replay!, guard!].flatMap(({ descriptors, length }) =>
    Array.from(
      { length },
      (_, row) => descriptors.subarray(row * inputs, (row + 1) * inputs),
    )
  );
  const decisions = [a!, b!].map((parameters) =>
    network.predict({ parameters }, descriptors, 1).map((prediction) =>
      Object.values(prediction.answers).map((answer) =>
        (answer as ClassesAnswer).label
      )
    )
  );
  assertEquals(decisions[0], decisions[1]);
});
