import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Corrector, type Tuned } from "../../src/correction/correct.ts";
import {
  type ClassesHead,
  type Examples,
  featuresAt,
  type Head,
  logitsAt,
  pick,
  standingOf,
} from "../../src/correction/heads.ts";
import { EMPTY_MEMORY, recall } from "../../src/correction/memory.ts";
import { Metric } from "../../src/correction/metric.ts";
import { addClass, measureWithin } from "../../src/correction/new_class.ts";
import { Scorer } from "../../src/correction/scorer.ts";
import { type Standing, UNKNOWN } from "../../src/heads/head.ts";
import { Random } from "../../src/nn/prng.ts";
import { binaryHead, classesHead, numberHead } from "../heads/specs.ts";
import {
  allNumbers,
  featureRows,
  FEATURES,
  grownBy,
  numbers,
  STRIDE,
} from "./toy.ts";

/** A base model that is right about what it was made of: class means as rows. */
const CLASSES = 4;
const MEANS = Array.from(
  { length: CLASSES },
  (_, c) => numbers(FEATURES, Random.fromSeed(c, "means")),
);

/** Examples near the mean of their class; the more `spread`, the less so. */
function draw(count: number, seed: number, spread: number): Examples {
  const random = Random.fromSeed(seed, "examples");
  const labels = Float32Array.from({ length: count }, (_, i) => i % CLASSES);
  const features = featureRows(count, random);
  features.forEach((value, at) => {
    const i = at % STRIDE;
    const mean = MEANS[labels[Math.floor(at / STRIDE)]!]![i];
    features[at] = mean === undefined ? 0 : 2 + 2 * mean + spread * (value - 2);
  });
  const sides = labels.map((label) => label % 2);
  return { count, features, labels: [labels, sides] };
}

function baseHeads(): Head[] {
  const row = (mean: Float32Array) => mean.map((value) => 4 * value);
  const bias = (mean: Float32Array) =>
    -mean.reduce((sum, value) => sum + 4 * value * (2 + value), 0);
  const side = MEANS[1]!.map((value, i) => 6 * (value - MEANS[0]![i]!));
  return [
    {
      spec: classesHead("kind", CLASSES),
      weight: Float32Array.from(MEANS.flatMap((mean) => [...row(mean)])),
      bias: Float32Array.from(MEANS, bias),
      calibration: { temperature: 1, offsets: Array(CLASSES).fill(0) },
    },
    {
      spec: binaryHead("odd"),
      weight: side,
      bias: Float32Array.of(
        -side.reduce(
          (sum, value, i) => sum + value * (2 + MEANS[0]![i]! + MEANS[1]![i]!),
          0,
        ),
      ),
      calibration: { temperature: 1, offset: 0 },
    },
  ];
}

const MATERIAL = {
  base: baseHeads(),
  features: FEATURES,
  replay: draw(80, 1, 0.3),
  guard: draw(100, 2, 0.3),
};
const CORRECTOR = await Corrector.create(MATERIAL);
const BASE: Tuned = {
  heads: MATERIAL.base,
  secondMoments: await CORRECTOR.firstSecondMoments(),
  memory: EMPTY_MEMORY,
};
/** Examples that lie further out, some of which the base gets wrong. */
const HARD = draw(200, 3, 1);

const { math } = await Scorer.create(FEATURES, CLASSES);

/** The standing of an example's label of head `h`. */
function standing(
  heads: readonly Head[],
  examples: Examples,
  h: number,
  i = 0,
): Standing {
  const logits = logitsAt(heads[h]!, featuresAt(examples, i));
  return standingOf(math, heads[h]!, logits, examples.labels[h]![i]!);
}

/** Indices of hard examples whose kind the base has at the given rank, and is right about the rest. */
function ranked(rank: number): number[] {
  const rankOf = (h: number, i: number) =>
    standing(BASE.heads, HARD, h, i).rank;
  return Array.from({ length: HARD.count }, (_, i) => i)
    .filter((i) => rankOf(0, i) === rank && rankOf(1, i) === 1);
}

Deno.test("a wrong answer is right after it was corrected, and stays so", () => {
  const wrong = ranked(2).slice(0, 8);
  let tuned = BASE;
  let accepted = 0;
  for (const [n, i] of wrong.entries()) {
    const example = pick(HARD, [i]);
    const before = standing(tuned.heads, example, 0);
    const correction = CORRECTOR.correct(tuned, example, { seed: n });
    tuned = correction;
    if (!correction.accepted) continue;
    accepted++;
    const after = standing(tuned.heads, example, 0);
    assertEquals([correction.dropped, after.rank], [[null], 1]);
    // An earlier correction may have made this one right already.
    assert(before.rank === 1 || after.probability > before.probability);
    assertEquals(recall(tuned.memory, tuned.heads, STRIDE).count, accepted);
    assertEquals(correction.guard!.heads.map(({ size }) => size), [100, 100]);
  }
  assert(wrong.length >= 4 && accepted >= wrong.length - 1, `${accepted}`);
});

Deno.test("a label that the base excludes is dropped, and said", () => {
  const sure = ranked(1).find((i) => {
    const example = pick(HARD, [i]);
    const wrong = {
      ...example,
      labels: [
        example.labels[0]!.map((c) => (c + 1) % CLASSES),
        example.labels[1]!,
      ],
    };
    const { dropped, accepted, reason, guard, ...rest } = CORRECTOR.correct(
      BASE,
      wrong,
      { seed: 1 },
    );
    if (accepted || guard !== null) return false;
    assertMatch(dropped[0]!, /^The base model is .* % sure of another kind/);
    assertMatch(reason!, /^All examples are implausible/);
    assert(rest.heads === BASE.heads && rest.memory === BASE.memory);
    return true;
  });
  assert(sure !== undefined);
});

/** The examples with another kind as their label, and the other side. */
function lied(examples: Examples): Examples {
  const [kinds, sides] = examples.labels as [Float32Array, Float32Array];
  return {
    ...examples,
    labels: [
      kinds.map((kind) => (kind + 1) % CLASSES),
      sides.map((side) => 1 - side),
    ],
  };
}

/** Whether the gate lets each example through. */
const used = (present: Tuned, examples: Examples) =>
  CORRECTOR.correct(present, examples, { seed: 1 }).dropped
    .map((reason) => reason === null);

Deno.test("the base decides what is implausible, whatever the present heads say", () => {
  const right = pick(HARD, ranked(1));
  const plausible = used(BASE, right);
  const implausible = used(BASE, lied(right));
  assert(plausible.every((each) => each));
  assert(implausible.some((each) => !each));
  const turned = (head: Head): Head => ({
    ...head,
    weight: head.weight.map((value) => -value),
    bias: head.bias.map((value) => -value),
  });
  const present = { ...BASE, heads: BASE.heads.map(turned) };
  assertEquals(used(present, right), plausible);
  assertEquals(used(present, lied(right)), implausible);
});

Deno.test("a quarter of implausible examples is dropped, with more the request is refused", () => {
  const right = ranked(1);
  const sure = used(BASE, lied(pick(HARD, right)))
    .flatMap((used, i) => used ? [] : [right[i]!]);
  const mixed = (lies: number, count: number) => {
    const [false_, true_] = [sure.slice(0, lies), sure.slice(lies, count)];
    const [a, b] = [lied(pick(HARD, false_)), pick(HARD, true_)];
    return CORRECTOR.correct(BASE, {
      count,
      features: Float32Array.from([...a.features, ...b.features]),
      labels: a.labels.map((labels, h) =>
        Float32Array.from([...labels, ...b.labels[h]!])
      ),
    }, { seed: 1 });
  };
  const quarter = mixed(2, 8);
  assertEquals(quarter.dropped.map((reason) => reason === null), [
    ...Array(2).fill(false),
    ...Array(6).fill(true),
  ]);
  assert(quarter.guard !== null);
  const more = mixed(2, 7);
  assertEquals([more.accepted, more.guard], [false, null]);
  assertMatch(more.reason!, /^2 of 7 examples are implausible/);
});

Deno.test("a request with many implausible examples is refused whole", () => {
  const right = ranked(1).slice(0, 8);
  const request = pick(HARD, right);
  const lies = (count: number) => ({
    ...request,
    labels: [
      request.labels[0]!.map((c, i) => i < count ? (c + 1) % CLASSES : c),
      request.labels[1]!.map((side, i) => i < count ? 1 - side : side),
    ],
  });
  const reasonOf = (count: number) => {
    const { dropped, reason, guard } = CORRECTOR.correct(BASE, lies(count), {
      seed: 1,
    });
    return {
      dropped: dropped.filter((reason) => reason !== null).length,
      reason,
      guard,
    };
  };
  const some = reasonOf(2);
  assert(some.dropped <= 2 && some.guard !== null);
  const many = reasonOf(7);
  assert(many.dropped > 2 && many.guard === null);
  assertMatch(many.reason!, /of 8 examples are implausible/);
});

Deno.test("who is trusted passes the gate, but not the guard", () => {
  const request = pick(HARD, Array.from({ length: 60 }, (_, i) => i));
  const lies = {
    ...request,
    labels: [
      request.labels[0]!.map((c) => (c + 1) % CLASSES),
      request.labels[1]!,
    ],
  };
  const before = allNumbers(BASE.heads);
  const { accepted, dropped, guard, heads } = CORRECTOR.correct(BASE, lies, {
    seed: 1,
    trusted: true,
  });
  assert(dropped.every((reason) => reason === null));
  assertEquals(accepted, false);
  assert(guard!.reason !== null && heads === BASE.heads);
  for (const { reason, witnesses, size } of guard!.heads) {
    assertEquals(witnesses.length, reason === null ? 0 : 5);
    const lost = witnesses.map(({ before, after }) =>
      before.right && !after.right
    );
    assertEquals(lost, lost.toSorted((a, b) => Number(b) - Number(a)));
    for (const { row, before, after } of witnesses) {
      assert(row < size && after.loss > before.loss);
    }
  }
  assertEquals(allNumbers(BASE.heads), before);
});

Deno.test("without examples there is nothing to learn", () => {
  const { accepted, reason } = CORRECTOR.correct(BASE, pick(HARD, []), {
    seed: 1,
  });
  assertEquals([accepted, reason], [
    false,
    "There is no example to learn from.",
  ]);
});

Deno.test("examples with some labels only teach only those heads", () => {
  const [i] = ranked(2);
  const example = pick(HARD, [i!]);
  const labels = [example.labels[0]!, Float32Array.of(UNKNOWN)];
  const { accepted, heads } = CORRECTOR.correct(BASE, { ...example, labels }, {
    seed: 1,
  });
  assert(accepted && heads[0] !== BASE.heads[0]);
  assertEquals(allNumbers([heads[1]!]), allNumbers([BASE.heads[1]!]));
});

Deno.test("the same arguments give the same bits, in another corrector too", async () => {
  const request = pick(HARD, ranked(2).slice(0, 3));
  const once = CORRECTOR.correct(BASE, request, { seed: 5 });
  const other = await Corrector.create(MATERIAL);
  assertEquals(other.correct(BASE, request, { seed: 5 }), once);
});

Deno.test("a head with a new class is corrected like any other", async () => {
  const tools = {
    metric: await Metric.create(MATERIAL.replay.features, {
      features: FEATURES,
    }),
    scorer: await Scorer.create(FEATURES, CLASSES + 1),
  };
  const [kind, odd] = MATERIAL.base as [ClassesHead, Head];
  const { replay, guard } = MATERIAL;
  const within = await measureWithin(replay, replay.labels[0]!, FEATURES);
  const shown = pick(HARD, [0, 1]);
  for (let i = 0; i < 2; i++) featuresAt(shown, i)[3]! += 9;
  const judged = {
    basis: "guard",
    examples: guard,
    labels: guard.labels[0]!,
    handicap: 0,
  } as const;
  const grown = grownBy("new", kind);
  const base = [addClass(tools, within, kind, grown, shown, judged), odd];
  const corrector = await Corrector.create({ ...MATERIAL, base });
  const start = {
    heads: base,
    secondMoments: await corrector.firstSecondMoments(),
    memory: EMPTY_MEMORY,
  };
  const labels = [
    Float32Array.of(CLASSES, CLASSES),
    Float32Array.of(UNKNOWN, UNKNOWN),
  ];
  const request = { ...shown, labels };
  const { accepted, heads } = corrector.correct(start, request, { seed: 1 });
  assert(accepted);
  assertEquals(heads[0]!.bias.length, CLASSES + 1);
  const ranks = [0, 1].map((i) => standing(heads, request, 0, i).rank);
  assertEquals(ranks, [1, 1]);
});

Deno.test("features that are not finite are refused, and no replay memory is an error", async () => {
  const example = pick(HARD, [0]);
  featuresAt(example, 0)[0] = NaN;
  const { accepted } = CORRECTOR.correct(BASE, example, { seed: 1 });
  assertEquals(accepted, false);
  await assertRejects(
    () => Corrector.create({ ...MATERIAL, replay: pick(HARD, []) }),
    RangeError,
    "expected rows",
  );
});

Deno.test("a label too large for 32 bits is refused, though no guard knows the head", async () => {
  const unlabelled = (examples: Examples) => ({
    ...examples,
    labels: [new Float32Array(examples.count).fill(UNKNOWN)],
  });
  const head: Head = {
    spec: numberHead("width"),
    weight: new Float32Array(FEATURES),
    bias: new Float32Array(1),
    calibration: { deviation: 1 },
  };
  const corrector = await Corrector.create({
    base: [head],
    features: FEATURES,
    replay: unlabelled(MATERIAL.replay),
    guard: unlabelled(MATERIAL.guard),
  });
  const present: Tuned = {
    heads: [head],
    secondMoments: await corrector.firstSecondMoments(),
    memory: EMPTY_MEMORY,
  };
  const example = pick(HARD, [0]);
  // The weights of the second label are finite, its squared gradient is not.
  for (const label of [1e9, 1e25, 1e39]) {
    const request = { ...example, labels: [Float32Array.of(label)] };
    const correction = corrector.correct(present, request, { seed: 1 });
    assertEquals(correction.accepted, label === 1e9);
    if (correction.accepted) continue;
    assertMatch(correction.reason!, /led to numbers that are not finite/);
    assertEquals(correction.heads, present.heads);
    assertEquals(correction.memory, EMPTY_MEMORY);
  }
});
