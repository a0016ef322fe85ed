import { assertEquals, assertStringIncludes } from "@std/assert";
import type {
  Ablation,
  AblationRun,
} from "../../../src/experiments/ablate/ablation.ts";
import { renderAblation } from "../../../src/experiments/ablate/table.ts";

function run(seed: number, item: number, domain: number): AblationRun {
  const scores = (loss: number, ece: number) => ({
    item: { accuracy: item, loss, ece },
    domain: { accuracy: domain, loss: loss / 10, ece: ece / 10 },
  });
  return {
    seed,
    calibrated: scores(0.6, 0.03),
    uncalibrated: scores(0.7, 0.12),
  };
}

const ABLATION: Ablation = {
  dataset: { hash: "c0ffee", images: 3512, domains: 3, items: 31 },
  split: "80/5/15 blocks",
  pictures: { train: 2809, validation: 176, test: 527 },
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
    "| item | 0.600 | 0.700 | 3.0% | 12.0% |",
    "| domain | 0.060 | 0.070 | 0.3% | 1.2% |",
  ]);
  for (
    const part of [
      "# What each piece brings\n",
      "means over the seeds 0, 1 and 2",
      "by blocks of neighbouring pictures: 2,809 for training, 176 for the calibration and 527 for the test",
      "c0ffee",
      "```sh\ndeno task ablate --seeds 3\n```\n",
    ]
  ) assertStringIncludes(text, part);
});

Deno.test("the figures of one seed are no means", () => {
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
  assertStringIncludes(text, "Figures are those of seed 0");
  assertStringIncludes(text, "| without this | 78.0% | −2.0 | 99.0% |");
});
