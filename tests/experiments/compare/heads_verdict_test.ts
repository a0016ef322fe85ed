import { assertEquals } from "@std/assert";
import type { HeadsResult } from "../../../src/experiments/compare/heads.ts";
import { headsVerdict } from "../../../src/experiments/compare/sections/heads_verdict.ts";
import { classesHead, numberHead } from "../../heads/specs.ts";

const HEADS = [classesHead("item", 3), numberHead("height")];

/** A way with these values of the heads' metrics, seed by seed. */
function way(
  networks: number,
  items: readonly number[],
  heights: readonly number[],
): HeadsResult {
  return {
    name: "",
    networks,
    parameters: 100 * networks,
    runs: items.map((accuracy, seed) => ({
      seed,
      seconds: 2 * networks,
      heads: {
        item: { images: 10, loss: 1, accuracy },
        height: { images: 10, loss: 1, r2: heights[seed]! },
      },
      together: NaN,
    })),
  };
}

const verdict = (one: HeadsResult, several: HeadsResult) =>
  headsVerdict(HEADS, one, several).split(" The shared network has")[0];

Deno.test("a verdict names who is ahead, by how much and in how many seeds", () => {
  const low = way(1, [0.70, 0.72, 0.71], [0.5, 0.5, 0.5]);
  const high = way(2, [0.72, 0.71, 0.73], [0.6, 0.7, 0.5]);
  assertEquals(
    verdict(low, high),
    "In the mean over 3 seeds, networks of their own are ahead on item by 1.0 points (in 2 of 3 seeds) and height by 0.100 (in 2 of 3 seeds). What is not so in every seed may be chance.",
  );
  assertEquals(
    verdict(high, low),
    "In the mean over 3 seeds, the shared network is ahead on item by 1.0 points (in 2 of 3 seeds) and height by 0.100 (in 2 of 3 seeds). What is not so in every seed may be chance.",
  );
});

Deno.test("a verdict may go one way for one head and the other way for another", () => {
  assertEquals(
    headsVerdict(
      HEADS,
      way(1, [0.7, 0.7], [0.6, 0.7]),
      way(2, [0.8, 0.9], [0.5, 0.5]),
    ),
    "In the mean over 2 seeds, networks of their own are ahead on item by 15.0 points (in every seed); the shared network is ahead on height by 0.150 (in every seed). The shared network has 50% of the parameters, takes 50% of the training time and answers in one pass instead of 2.",
  );
});

Deno.test("neither is ahead where values are equal, or where there are none", () => {
  assertEquals(
    verdict(way(1, [0.7, 0.7], [NaN, 0.7]), way(2, [0.7, 0.7], [0.5, 0.5])),
    "In the mean over 2 seeds, neither is ahead on item and height. What is not so in every seed may be chance.",
  );
});
