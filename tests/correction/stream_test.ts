import { assert, assertEquals } from "@std/assert";
import { Corrector, type Tuned } from "../../src/correction/correct.ts";
import {
  type Examples,
  featuresAt,
  logitsAt,
  pick,
} from "../../src/correction/heads.ts";
import {
  EMPTY_MEMORY,
  MEMORY_CAPACITY,
  recall,
} from "../../src/correction/memory.ts";
import { indexOfLargest } from "../../src/heads/head.ts";
import { sha256 } from "../../src/model/bits.ts";
import { Random } from "../../src/nn/prng.ts";
import { allNumbers, FEATURES, STRIDE, toyExamples, toyHeads } from "./toy.ts";

const HEADS = toyHeads(Random.fromSeed(1));

/** Examples of which a share has random labels, and the others what the heads say of them. */
function answered(count: number, seed: number, random: number): Examples {
  const dice = Random.fromSeed(seed, "labels");
  const examples = toyExamples(count, Random.fromSeed(seed), 0.1);
  const labels = HEADS.map((head, h) =>
    examples.labels[h]!.map((label, i) => {
      const z = logitsAt(head, featuresAt(examples, i));
      if (Number.isNaN(label) || dice.uniform() < random) return label;
      return [indexOfLargest(z), Number(z[0]! > 0), z[0]!][h]!;
    })
  );
  return { ...examples, labels };
}

Deno.test("a stream of corrections leads to the bits that it has always led to", async () => {
  const corrector = await Corrector.create({
    base: HEADS,
    features: FEATURES,
    replay: answered(80, 1, 0),
    guard: answered(100, 2, 0.2),
  });
  const examples = answered(900, 3, 0.03);
  let tuned: Tuned = {
    heads: HEADS,
    secondMoments: await corrector.firstSecondMoments(),
    memory: EMPTY_MEMORY,
  };
  let [accepted, refused] = [0, 0];
  for (let n = 0, first = 0; first + 5 <= examples.count; n++) {
    const size = 1 + n % 5;
    const indices = Array.from({ length: size }, (_, k) => first + k);
    first += size;
    const next = corrector.correct(tuned, pick(examples, indices), {
      seed: n,
      steps: n % 4,
      trusted: n % 2 === 0,
    });
    if (next.accepted) accepted++;
    else refused++;
    tuned = next;
  }
  assert(accepted > 100 && refused > 20, `${accepted}, ${refused}`);
  const { count, features } = recall(tuned.memory, tuned.heads, STRIDE);
  assertEquals(count, MEMORY_CAPACITY);
  const numbers = [
    ...allNumbers(tuned.heads),
    ...tuned.secondMoments.flatMap(({ weight, bias }) => [weight, bias]),
    features,
  ];
  const bytes = await new Blob(numbers.map((values) => values.slice())).bytes();
  // Versions that were written before must be made again by their log.
  assertEquals(
    await sha256(bytes),
    "bc4400abca2aa09e1c0754de094857d17153ce39aa2387d49b1ede5775bd591c",
  );
});
