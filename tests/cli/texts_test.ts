import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { breakdownLines, metricsLines } from "../../src/cli/metrics_text.ts";
import { preprocessingInWords } from "../../src/cli/preprocessing_text.ts";
import { stepNotes } from "../../src/cli/train_progress.ts";
import { descriptorLength, PREPROCESSING } from "../../src/image/descriptor.ts";
import { emptySums } from "../../src/train/epochs.ts";
import { fakeRun, MIXED_RUN } from "../report/fixture.ts";

const { heads } = MIXED_RUN;

Deno.test("metrics of every kind of head stand on a line each", () => {
  const { metrics } = fakeRun(MIXED_RUN).test!;
  const [first, domain, , shaded, turned] = metricsLines(
    "Test",
    heads,
    metrics,
  );
  assertEquals(first, "Test: 527 images");
  assert(
    /^ {2}domain {2}accuracy \d+\.\d% \(95% interval \S+% to \S+%\), loss \d\.\d{3}, ECE \d+\.\d%$/
      .test(domain!),
    domain,
  );
  assertStringIncludes(shaded!, "), ROC AUC 0.");
  assert(
    /^ {2}turned {2}R² 0\.\d{3}, mean absolute error \S+ degrees, /.test(
      turned!,
    ),
    turned,
  );
});

Deno.test("few labels, and none, are said beside a head's metrics", () => {
  const { metrics } = fakeRun({ ...MIXED_RUN, test: 9, unlabelled: 1 }).test!;
  const lines = metricsLines("Test", heads, metrics);
  assertStringIncludes(lines[1]!, "; only 9 images)");
  assertEquals(lines.slice(2), [
    "  item    no labels",
    "  shaded  no labels",
    "  turned  no labels",
  ]);
});

Deno.test("breakdowns name each group and the other heads, long ones are left out", () => {
  const { metrics } = fakeRun(MIXED_RUN).test!;
  const lines = breakdownLines(heads, metrics);
  assertEquals(
    lines.filter((line) => line.startsWith("By ")),
    ["By domain:", "By shaded:"],
  );
  assert(
    /^ {2}amazon {2}\d+ images: item \S+%, shaded \S+%, turned \S+ degrees$/
      .test(lines[1]!),
    lines[1],
  );
});

Deno.test("breakdowns leave out heads without labels, and groups of nothing else", () => {
  const { metrics } = fakeRun(MIXED_RUN).test!;
  const { domain, shaded } = metrics.breakdown;
  const item = (groups: typeof domain) =>
    Object.fromEntries(
      Object.entries(groups!).map(([name, { images, heads }]) => [
        name,
        { images, heads: { item: { ...heads.item!, images: 0 } } },
      ]),
    );
  const breakdown = { domain: item(domain), shaded: shaded! };
  const lines = breakdownLines(heads, { ...metrics, breakdown });
  assertEquals(lines[0], "By shaded:");
});

Deno.test("a step's notes are its loss and the mean score of every head so far", () => {
  const sums = {
    ...emptySums(4),
    scores: [49, 40, 0, 43.5],
    labelled: [50, 50, 0, 50],
  };
  const losses = { total: 1.23456, heads: [], labelled: [] };
  assertEquals(stepNotes(heads, { losses }, sums), [
    "loss 1.23",
    "domain 98%",
    "item 80%",
    "shaded –",
    "turned 0.87",
  ]);
});

Deno.test("an image's way to a descriptor is told from the model's own preprocessing", () => {
  const text = preprocessingInWords(PREPROCESSING);
  for (
    const part of [
      `${PREPROCESSING.size} × ${PREPROCESSING.size} pixels`,
      `${descriptorLength(PREPROCESSING)} bytes`,
      "distances of 1 and 4 pixels",
      "mirror image",
    ]
  ) assertStringIncludes(text, part);
  const other = preprocessingInWords({
    ...PREPROCESSING,
    size: 48,
    radii: [2],
    grid: 2,
    mirrored: false,
  });
  assertStringIncludes(other, "48 × 48 pixels");
  assertStringIncludes(other, "a distance of 2 pixels");
  assertStringIncludes(other, "in a grid of 2 × 2 cells; colours");
  assert(!other.includes("mirror image"));
});
