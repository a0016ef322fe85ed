import { assertEquals, assertStringIncludes } from "@std/assert";
import type {
  Ablation,
  AblationRun,
} from "../../../src/experiments/ablate/ablation.ts";
import { renderAblation } from "../../../src/experiments/ablate/table.ts";
import { classesHead, numberHead } from "../../heads/specs.ts";

function run(seed: number, item: number, domain: number): AblationRun {
  const scores = (loss: number, ece: number) => ({
    domain: { images: 527, accuracy: domain, loss: loss / 10, ece: ece / 10 },
    item: { images: 527, accuracy: item, loss, ece },
  });
  return {
    seed,
    calibrated: scores(0.6, 0.03),
    uncalibrated: scores(0.7, 0.12),
  };
}

const HEADS = [classesHead("domain", 3), classesHead("item", 31)];

const ABLATION: Ablation = {
  dataset: { hash: "c0ffee", images: 3512, heads: HEADS },
  split: "80/5/15 blocks",
  images: { train: 2809, validation: 176, test: 527 },
  whole: [run(0, 0.8, 0.99), run(1, 0.81, 0.98), run(2, 0.85, 1)],
  pieces: [
    {
      name: "without this",
      runs: [run(0, 0.78, 0.99), run(1, 0.8, 0.99), run(2, 0.82, 0.99)],
      difference: { mean: -0.02, standardError: 0.0058 },
    },
    {
      name: "without that",
      runs: [run(0, 0.8, 1), run(1, 0.81, 1), run(2, 0.8503, 1)],
      difference: { mean: -0.0001, standardError: 0.0001 },
    },
    {
      name: "with more",
      runs: [run(0, 0.9, 1), run(1, 0.9, 1), run(2, 0.9, 1)],
      difference: { mean: 0.08, standardError: 0.01528 },
    },
  ],
  seconds: 1,
};

function tablesIn(text: string): string[] {
  return text.split("\n\n").filter((block) => block.startsWith("|"));
}

Deno.test("the tables hold means, differences in points and what calibration does", () => {
  const text = renderAblation(ABLATION, "deno task ablate --seeds 3");
  const [pieces, calibration, ...others] = tablesIn(text);
  assertEquals(others, []);
  assertEquals(pieces!.split("\n").slice(2), [
    "| the whole recipe | 82.0% |  | 99.0% | 0.600 | 3.0% |",
    "| without this | 80.0% | −2.0 ± 0.6 | 99.0% | 0.600 | 3.0% |",
    "| without that | 82.0% | 0.0 ± 0.0 | 100.0% | 0.600 | 3.0% |",
    "| with more | 90.0% | +8.0 ± 1.5 | 100.0% | 0.600 | 3.0% |",
  ]);
  assertEquals(calibration!.split("\n").slice(2), [
    "| domain | 0.060 | 0.070 | 0.3% | 1.2% |",
    "| item | 0.600 | 0.700 | 3.0% | 12.0% |",
  ]);
  for (
    const part of [
      "# What each piece brings\n",
      "means over the seeds 0, 1 and 2",
      "by blocks of neighbouring images: 2,809 for training, 176 for the calibration and 527 for the test",
      "c0ffee",
      "```sh\ndeno task ablate --seeds 3\n```\n",
    ]
  ) assertStringIncludes(text, part);
});

Deno.test("the metrics of one seed are no means", () => {
  const [whole] = ABLATION.whole;
  const text = renderAblation({
    ...ABLATION,
    whole: [whole!],
    pieces: [{
      name: "without this",
      runs: [run(0, 0.78, 0.99)],
      difference: { mean: -0.02 },
    }],
  }, "deno task ablate --seeds 1");
  assertStringIncludes(text, "Metrics are those of seed 0");
  assertStringIncludes(text, "| without this | 78.0% | −2.0 | 99.0% |");
});

Deno.test("a number alone has differences in R² and no calibration", () => {
  const brightness = (r2: number) => ({ images: 527, r2, loss: 1 - r2 });
  const numbers = (r2: number): AblationRun => ({
    seed: 0,
    calibrated: { brightness: brightness(r2) },
    uncalibrated: { brightness: brightness(r2) },
  });
  const text = renderAblation({
    ...ABLATION,
    dataset: { ...ABLATION.dataset, heads: [numberHead("brightness")] },
    whole: [numbers(0.9)],
    pieces: [{
      name: "without this",
      runs: [numbers(0.85)],
      difference: { mean: -0.05 },
    }],
  }, "deno task ablate --seeds 1");
  const [pieces, ...others] = tablesIn(text);
  assertEquals(others, []);
  assertEquals(pieces!.split("\n"), [
    "| Recipe | brightness R² | Difference | brightness loss |",
    "| --- | --- | --- | --- |",
    "| the whole recipe | 0.900 |  | 0.100 |",
    "| without this | 0.850 | −0.050 | 0.150 |",
  ]);
});
