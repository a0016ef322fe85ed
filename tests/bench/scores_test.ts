import { assertAlmostEquals } from "@std/assert";
import { fitDiscriminants } from "../../src/correction/discriminants.ts";
import { featuresAt, logitsAt } from "../../src/correction/heads.ts";
import { Scorer } from "../../src/correction/scorer.ts";
import { Random } from "../../src/nn/prng.ts";
import { FEATURES, STRIDE, toyExamples, toyHeads } from "../correction/toy.ts";
import { scoreByDistance, scoreByLogits } from "./corrections/scores.ts";

const SCORER = await Scorer.create(FEATURES, 5);
const [HEAD] = toyHeads(Random.fromSeed(1));
const EXAMPLES = toyExamples(50, Random.fromSeed(2));

Deno.test("scores by logits are the largest, and the energy", () => {
  const { temperature, offsets } = HEAD.calibration;
  const z = logitsAt(HEAD, featuresAt(EXAMPLES, 3))
    .map((value, c) => value + offsets[c]!);
  const [logit, energy] = (["logit", "energy"] as const)
    .map((by) => scoreByLogits(SCORER, by, HEAD, EXAMPLES)[3]!);
  assertAlmostEquals(logit!, Math.max(...z), 1e-4);
  const sum = z.reduce((sum, value) => sum + Math.exp(value / temperature), 0);
  assertAlmostEquals(energy!, temperature * Math.log(sum), 1e-4);
});

Deno.test("the score by distance is minus that to the nearest class mean, squared", async () => {
  const fitted = await fitDiscriminants(
    SCORER.math,
    EXAMPLES,
    EXAMPLES.labels[0]!,
    6,
    FEATURES,
  );
  const means = [0, 1, 2, 3, 4].map((label) => {
    const mine = Array.from({ length: 50 }, (_, i) => i)
      .filter((i) => EXAMPLES.labels[0]![i] === label);
    return Float32Array.from(
      { length: STRIDE },
      (_, k) =>
        mine.reduce((sum, i) => sum + featuresAt(EXAMPLES, i)[k]!, 0) /
        mine.length,
    );
  });
  const scores = scoreByDistance(fitted, EXAMPLES);
  for (const i of [0, 20, 41]) {
    const x = fitted.metric.whiten(featuresAt(EXAMPLES, i));
    const nearest = Math.min(...means.map((mean) =>
      fitted.metric.whiten(mean)
        .reduce((sum, value, k) => sum + (value - x[k]!) ** 2, 0)
    ));
    assertAlmostEquals(scores[i]!, -nearest, 1e-3);
  }
});
