import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { renderModelCard } from "../../src/report/card.ts";
import { renderReport } from "../../src/report/report.ts";
import type { RunReport } from "../../src/report/run.ts";
import {
  classesHead,
  fakeRun,
  labelledImages,
  MIXED_RUN,
  OFFICE_RUN,
} from "./fixture.ts";
import {
  assertChartsFit,
  assertSelfContained,
  assertWellFormed,
} from "./page.ts";

const HOSTILE = `<script>alert("1")</script>'&`;
const [DOMAIN, ITEM] = OFFICE_RUN.heads;
const numbered = (name: string, count: number) =>
  classesHead(name, Array.from({ length: count }, (_, i) => `${name} ${i}`));

const RUNS: Record<string, RunReport> = {
  "an ordinary run": fakeRun(OFFICE_RUN),
  "four heads of three kinds": fakeRun(MIXED_RUN),
  "one head and two classes": fakeRun({
    heads: [classesHead("item", ["cat", "dog"])],
    validation: 5,
    test: 9,
    epochs: 2,
  }),
  "a number alone": fakeRun({ ...MIXED_RUN, heads: [MIXED_RUN.heads[3]!] }),
  "yes or no alone": fakeRun({ ...MIXED_RUN, heads: [MIXED_RUN.heads[2]!] }),
  "hardly any label": fakeRun({ ...MIXED_RUN, unlabelled: 1 }),
  "300 items": fakeRun({
    ...OFFICE_RUN,
    heads: [DOMAIN!, numbered("item", 300)],
    test: 1500,
  }),
  "50 domains": fakeRun({
    ...OFFICE_RUN,
    heads: [numbered("domain", 50), ITEM!],
  }),
  "no held-out images": fakeRun({ ...OFFICE_RUN, validation: 0, test: 0 }),
  "validation images only": fakeRun({ ...OFFICE_RUN, test: 0 }),
  "one epoch": fakeRun({ ...OFFICE_RUN, epochs: 1 }),
  "no epoch at all": fakeRun({ ...OFFICE_RUN, epochs: 0 }),
  "hostile names": fakeRun({
    ...OFFICE_RUN,
    heads: [
      classesHead("domain", [HOSTILE, "</title>"]),
      classesHead("item", ['"onload="', HOSTILE, "]]>"]),
    ],
  }),
};

for (const [name, run] of Object.entries(RUNS)) {
  Deno.test(`the report of a run with ${name} is one well-formed page`, () => {
    assertWellFormed(renderReport(run));
  });

  Deno.test(`the report of a run with ${name} runs no script and fetches nothing`, () => {
    assertSelfContained(renderReport(run));
  });

  Deno.test(`every chart of a run with ${name} says what it shows and fits its drawing`, () => {
    if (run.history.length > 0 || run.test) assertChartsFit(renderReport(run));
  });
}

Deno.test("a label that is markup is shown as text", () => {
  const html = renderReport(RUNS["hostile names"]!);
  assertStringIncludes(
    html,
    "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;",
  );
  assert(!html.includes("<script"));
  assert(!html.includes('alert("'));
});

Deno.test("the report shows the metrics, the settings and the hashes of the run", () => {
  const run = RUNS["an ordinary run"]!;
  const html = renderReport(run);
  const { accuracy } = run.test!.metrics.heads.item!;
  for (
    const text of [
      `${(100 * accuracy!).toFixed(1)}%`,
      run.command,
      run.weights.sha256,
      run.dataset.hash,
      run.dataset.licence,
      "weights of epoch 55 kept",
      "by blocks of neighbouring frames",
      "0.641 for item",
      "The other heads by domain",
    ]
  ) assertStringIncludes(html, text);
  for (
    const section of [
      "curves",
      "head-1",
      "head-2",
      "calibration",
      "mistakes",
      "settings",
    ]
  ) assertStringIncludes(html, `<section id="${section}">`);
});

Deno.test("each kind of head is shown by its own metrics and charts", () => {
  const run = RUNS["four heads of three kinds"]!;
  const html = renderReport(run);
  const { shaded, turned } = run.test!.metrics.heads;
  for (
    const text of [
      "Confusion matrix of the item head",
      "Confusion matrix of the shaded head",
      `ROC curve of shaded: area ${shaded!.auc!.toFixed(3)}`,
      "shaded before calibration",
      "Predicted against true turned",
      `<td class="number">${turned!.r2!.toFixed(3)}</td>`,
      "turned: mean absolute error",
      "R² of turned",
      "± 4.20 degrees",
    ]
  ) assertStringIncludes(html, text);
  assert(!html.includes("turned before calibration"));
  const images = labelledImages(run.test!, "turned");
  assert(images < run.test!.metrics.images);
  assertStringIncludes(html, `Measured on ${images} test images.`);
});

Deno.test("a head of which nothing is labelled says so", () => {
  const html = renderReport(RUNS["hardly any label"]!);
  assertStringIncludes(html, "None of the test images has a label");
  assert(!html.includes("Confusion matrix of the shaded head"));
});

Deno.test("a report of one head breaks nothing down", () => {
  const html = renderReport(RUNS["one head and two classes"]!);
  assert(!html.includes("The other heads by"));
  assert(!html.includes("Loss of all heads together"));
});

Deno.test("few test images are flagged beside their interval", () => {
  const html = renderReport(RUNS["one head and two classes"]!);
  assertStringIncludes(html, "of 9; 95% interval ");
  assertStringIncludes(html, "(only 9 images)");
  assert(!renderReport(RUNS["an ordinary run"]!).includes("(only "));
});

Deno.test("a report without held-out images says so and claims nothing", () => {
  const html = renderReport(RUNS["no held-out images"]!);
  assertStringIncludes(html, "No images were held out");
  assert(!html.includes("calibration error"));
});

Deno.test("metrics are those of the validation images where there are no test images", () => {
  const html = renderReport(RUNS["validation images only"]!);
  assertStringIncludes(html, "item: accuracy (validation)");
  assertStringIncludes(html, "Measured on 176 validation images.");
});

Deno.test("metrics are those of the cross-validation where there was one", () => {
  const { test, ...run } = fakeRun(OFFICE_RUN);
  const plan = { ...run.plan, folds: 5 };
  const validated = { ...run, plan, crossValidation: test! };
  const { images } = test!.metrics;
  const html = renderReport(validated);
  assertStringIncludes(html, "item: accuracy (cross-validation)");
  assertStringIncludes(html, `Measured on ${images} cross-validation images.`);
  assertStringIncludes(html, "fitted on the cross-validation images");
  const card = renderModelCard(validated);
  assertStringIncludes(
    card,
    `On ${images} images, each shown to one of 5 models`,
  );
  assertStringIncludes(card, "fitted on the cross-validation images");
  assert(!card.includes("validation images:"));
});

Deno.test("of 300 items the 40 with most mistakes are charted, and all are in the table", () => {
  const html = renderReport(RUNS["300 items"]!);
  assertStringIncludes(html, "Shown are the 40 of 300 classes");
  assertStringIncludes(html, "(any other)");
  for (let i = 0; i < 300; i++) {
    assertStringIncludes(html, `<th scope="row" class="text">item ${i}</th>`);
  }
});

Deno.test("warnings about the dataset come first", () => {
  const run = RUNS["an ordinary run"]!;
  const html = renderReport({
    ...run,
    dataset: { ...run.dataset, warnings: ["Only 3 images of <mug>."] },
  });
  assertStringIncludes(
    html,
    '<p class="warning">Only 3 images of &lt;mug&gt;.</p>',
  );
});

Deno.test("a mistake whose image would be fetched is refused", () => {
  for (
    const image of [
      "https://example.org/mug.jpg",
      "data:text/html;base64,AAAA",
      'data:image/png;base64,AAAA" onerror="',
    ]
  ) {
    assertThrows(
      () => renderReport(fakeRun(OFFICE_RUN, image)),
      TypeError,
      "expected a base64 data:image/… URL",
    );
  }
});

Deno.test("a history read from JSON, where missing metrics are null, is shown", () => {
  const run = RUNS["four heads of three kinds"]!;
  const [first, ...rest] = run.history;
  const validation = { ...first!.validation, turned: { images: 0, loss: NaN } };
  const history = JSON.parse(
    JSON.stringify([{ ...first, validation }, ...rest]),
  );
  assertWellFormed(renderReport({ ...run, history }));
});

Deno.test("the total validation loss weighs the heads as training did", () => {
  const run = RUNS["an ordinary run"]!;
  const lastOf = (headWeights: Record<string, number>) => {
    const html = renderReport({ ...run, plan: { ...run.plan, headWeights } });
    return html.match(
      /Loss of all heads together over 60 epochs\. [^<]*Last validation value: ([\d.]+)\./,
    )![1];
  };
  const { domain, item } = run.history.at(-1)!.validation!;
  assertEquals(lastOf({}), (domain!.loss + item!.loss).toFixed(4));
  assertEquals(
    lastOf({ item: 0.5 }),
    (domain!.loss + item!.loss / 2).toFixed(4),
  );
});
