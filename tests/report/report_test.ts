import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { renderModelCard } from "../../src/report/card.ts";
import { renderReport } from "../../src/report/report.ts";
import type { RunReport } from "../../src/report/run.ts";
import { fakeRun, OFFICE_RUN } from "./fixture.ts";
import {
  assertChartsFit,
  assertSelfContained,
  assertWellFormed,
} from "./page.ts";

const HOSTILE = `<script>alert("1")</script>'&`;

const RUNS: Record<string, RunReport> = {
  "an ordinary run": fakeRun(OFFICE_RUN),
  "one domain and two items": fakeRun({
    domains: ["default"],
    items: ["cat", "dog"],
    validation: 5,
    test: 9,
    epochs: 2,
  }),
  "300 items": fakeRun({
    ...OFFICE_RUN,
    items: Array.from({ length: 300 }, (_, i) => `item ${i}`),
    test: 1500,
  }),
  "50 domains": fakeRun({
    ...OFFICE_RUN,
    domains: Array.from({ length: 50 }, (_, i) => `domain ${i}`),
  }),
  "no held-out pictures": fakeRun({ ...OFFICE_RUN, validation: 0, test: 0 }),
  "validation pictures only": fakeRun({ ...OFFICE_RUN, test: 0 }),
  "one epoch": fakeRun({ ...OFFICE_RUN, epochs: 1 }),
  "no epoch at all": fakeRun({ ...OFFICE_RUN, epochs: 0 }),
  "hostile names": fakeRun({
    ...OFFICE_RUN,
    domains: [HOSTILE, "</title>"],
    items: ['"onload="', HOSTILE, "]]>"],
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
    assertChartsFit(renderReport(run));
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

Deno.test("the report shows the figures, the settings and the hashes of the run", () => {
  const run = RUNS["an ordinary run"]!;
  const html = renderReport(run);
  const { accuracy } = run.test!.calibrated.item;
  for (
    const text of [
      `${(100 * accuracy).toFixed(1)}%`,
      run.command,
      run.weights.sha256,
      run.dataset.hash,
      run.dataset.licence,
      "weights of epoch 55 kept",
      "by blocks of neighbouring frames",
      "0.641 for the item head",
    ]
  ) assertStringIncludes(html, text);
  for (
    const section of [
      "curves",
      "items",
      "domains",
      "calibration",
      "mistakes",
      "settings",
    ]
  ) assertStringIncludes(html, `<section id="${section}">`);
});

Deno.test("a report of one domain leaves the domain head out", () => {
  const html = renderReport(RUNS["one domain and two items"]!);
  assert(!html.includes('<section id="domains">'));
  assert(!html.includes("Accuracy of the domain head"));
});

Deno.test("a report without held-out pictures says so and claims nothing", () => {
  const html = renderReport(RUNS["no held-out pictures"]!);
  assertStringIncludes(html, "No pictures were held out");
  assert(!html.includes("calibration error"));
});

Deno.test("figures are those of the validation pictures where there are no test pictures", () => {
  const html = renderReport(RUNS["validation pictures only"]!);
  assertStringIncludes(html, "Item accuracy (validation)");
  assertStringIncludes(html, "Measured on 176 validation pictures.");
});

Deno.test("figures are those of the cross-validation where there was one", () => {
  const { test, ...run } = fakeRun(OFFICE_RUN);
  const validated = { ...run, crossValidation: test!, folds: 5 };
  const pictures = test!.labels.item.length;
  const html = renderReport(validated);
  assertStringIncludes(html, "Item accuracy (cross-validation)");
  assertStringIncludes(
    html,
    `Measured on ${pictures} cross-validation pictures.`,
  );
  assertStringIncludes(html, "fitted on the cross-validation pictures");
  const card = renderModelCard(validated);
  assertStringIncludes(
    card,
    `On ${pictures} pictures, each shown to one of 5 models`,
  );
  assertStringIncludes(card, "fitted on the cross-validation pictures");
  assert(!card.includes("validation pictures:"));
});

Deno.test("of 300 items the 40 with most mistakes are charted, and all are in the table", () => {
  const html = renderReport(RUNS["300 items"]!);
  assertStringIncludes(html, "Shown are the 40 of 300 classes");
  assertStringIncludes(html, "(any other)");
  for (const item of RUNS["300 items"]!.labels.items) {
    assertStringIncludes(html, `<th scope="row" class="text">${item}</th>`);
  }
});

Deno.test("warnings about the dataset come first", () => {
  const run = RUNS["an ordinary run"]!;
  const html = renderReport({
    ...run,
    dataset: { ...run.dataset, warnings: ["Only 3 pictures of <mug>."] },
  });
  assertStringIncludes(
    html,
    '<p class="warning">Only 3 pictures of &lt;mug&gt;.</p>',
  );
});

Deno.test("the same run gives the same report", () => {
  assertEquals(
    renderReport(fakeRun(OFFICE_RUN)),
    renderReport(fakeRun(OFFICE_RUN)),
  );
});

Deno.test("a mistake whose picture would be fetched is refused", () => {
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
