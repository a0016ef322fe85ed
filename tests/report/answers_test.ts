import { assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { binary } from "../../src/heads/binary.ts";
import { createArena } from "../../src/kernels/arena.ts";
import {
  fewImages,
  formatLabel,
  formatMetric,
  rightAnswers,
} from "../../src/report/metrics.ts";
import { formatQuantity } from "../../src/report/format.ts";
import { answersOf } from "../../src/report/run.ts";
import { rocPoints } from "../../src/report/sections/binary.ts";
import { coverageOf } from "../../src/report/sections/number.ts";
import { fakeRun, MIXED_RUN } from "./fixture.ts";

const [, ITEM, SHADED, TURNED] = MIXED_RUN.heads;

Deno.test("a ROC curve of known answers has the points of Fawcett's figure 3", () => {
  // Fawcett 2006, figure 3 (doi:10.1016/j.patrec.2005.10.010): 20 examples by score.
  const labels = [..."pp-ppp--p-p-p---p-p-"].map((c) => c === "p" ? 1 : 0);
  const scores = labels.map((_, n) => 1 - n / 40);
  const points = rocPoints(Float64Array.from(labels), scores);
  assertEquals(points.length, 21);
  assertEquals(points.slice(0, 5), [[0, 0], [0, 0.1], [0, 0.2], [0.1, 0.2], [
    0.1,
    0.3,
  ]]);
  assertEquals(points.at(-1), [1, 1]);
});

Deno.test("the area under a ROC curve is the head's ROC AUC, ties and holes included", async () => {
  const { kernels } = await createArena(() => ({}));
  const row = fc.tuple(
    fc.constantFrom(0, 1, NaN),
    fc.integer({ min: -4, max: 4 }),
  );
  fc.assert(fc.property(fc.array(row, { minLength: 2 }), (rows) => {
    const labels = Float64Array.from(rows, ([label]) => label);
    const logits = Float32Array.from(rows, ([, z]) => z);
    const points = rocPoints(labels, logits);
    const { metrics } = binary.score(kernels, SHADED as never, {
      logits,
      width: 1,
      labels,
    });
    if (points.length === 0) return assertEquals(metrics.auc, NaN);
    const area = points.slice(1).reduce(
      (sum, [x, y], i) => sum + (x - points[i]![0]) * (y + points[i]![1]) / 2,
      0,
    );
    assertAlmostEquals(area, metrics.auc!, 1e-12);
  }));
});

Deno.test("coverage counts the truths within one and two deviations", () => {
  const { test, calibration } = fakeRun(MIXED_RUN);
  const turned = answersOf(test!, calibration)[3]!;
  const answers = {
    ...turned,
    labels: Float64Array.of(10, 10, 10, 10, NaN),
    calibrated: {
      ...turned.calibrated,
      predicted: Float64Array.of(11, 8, 13.9, 5, 10),
    },
  };
  const found = coverageOf(answers, 2).map(({ found: { right, of } }) =>
    `${right} of ${of}`
  );
  assertEquals(found, ["2 of 4", "3 of 4"]);
});

Deno.test("metrics and labels are written in their unit, missing ones as a dash", () => {
  const quantity = { key: "mae", title: "", style: "quantity" } as const;
  const mae = (value: number) =>
    formatMetric(TURNED!, quantity, { images: 1, loss: 0, mae: value });
  assertEquals(mae(3.14159), "3.14 degrees");
  assertEquals(mae(NaN), "–");
  assertEquals(mae(null as unknown as number), "–");
  assertEquals(formatLabel(TURNED!, -12.345), "−12.3 degrees");
  assertEquals(formatLabel(SHADED!, 1), "true");
  assertEquals(formatLabel(ITEM!, 1), "bike");
  assertEquals(formatLabel(ITEM!, NaN), "unknown");
});

Deno.test("a quantity has three digits, or as many as before its point", () => {
  const written = [0, 0.012345, 1.5, 12.3456, 999.6, 1234.5, 1e6, -2.25];
  assertEquals(written.map(formatQuantity), [
    "0",
    "0.0123",
    "1.50",
    "12.3",
    "1,000",
    "1,235",
    "1,000,000",
    "−2.25",
  ]);
});

Deno.test("right answers are counted of the labelled images, and only where answers are right or wrong", () => {
  const metrics = { images: 8, accuracy: 0.75, loss: 1, r2: 0.5 };
  const { right, of } = rightAnswers(ITEM!, metrics)!;
  assertEquals([right, of], [6, 8]);
  assertEquals(rightAnswers(TURNED!, metrics), undefined);
  const none = { images: 0, accuracy: NaN, loss: NaN };
  assertEquals(rightAnswers(ITEM!, none)!.of, 0);
});

Deno.test("fewer than a hundred images are few", () => {
  assertEquals(fewImages(1), "only 1 image");
  assertEquals(fewImages(99), "only 99 images");
  assertEquals(fewImages(100), undefined);
});
