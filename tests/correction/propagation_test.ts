import { assert, assertEquals } from "@std/assert";
import { Metric } from "../../src/correction/metric.ts";
import { propagate } from "../../src/correction/propagation.ts";
import { UNKNOWN } from "../../src/heads/head.ts";
import { Random } from "../../src/nn/prng.ts";
import { featureRows, FEATURES, STRIDE } from "./toy.ts";

/** Rows in two clusters, one example of each labelled. */
async function clusters(distance: number) {
  const rows = featureRows(80, Random.fromSeed(1));
  for (let r = 40; r < 80; r++) rows[r * STRIDE + 2]! += distance;
  const metric = await Metric.create(rows, { features: FEATURES });
  const labels = Float32Array.from(
    { length: 80 },
    (_, r) => r === 0 ? 0 : r === 40 ? 1 : UNKNOWN,
  );
  return { metric, rows, labels };
}

Deno.test("a label spreads through its cluster", async () => {
  const { metric, rows, labels } = await clusters(40);
  const found = propagate(metric, rows, labels, 2);
  const right = found.filter((label, r) => label === (r < 40 ? 0 : 1));
  assert(right.length >= 76, `${right.length} of 80`);
});

Deno.test("known labels stay as they are", async () => {
  const { metric, rows, labels } = await clusters(40);
  labels[5] = 1;
  assertEquals(propagate(metric, rows, labels, 2)[5], 1);
});

Deno.test("what nothing leads to is of the first class", async () => {
  const { metric, rows } = await clusters(40);
  const none = new Float32Array(80).fill(UNKNOWN);
  assertEquals(propagate(metric, rows, none, 3), new Int32Array(80));
});
