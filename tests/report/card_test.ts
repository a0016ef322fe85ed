import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { renderModelCard } from "../../src/report/card.ts";
import { classesHead, fakeRun, MIXED_RUN, OFFICE_RUN } from "./fixture.ts";

Deno.test("the model card tells what a person should know before using the model", () => {
  const run = fakeRun(OFFICE_RUN);
  const card = renderModelCard(run);
  for (
    const text of [
      "# Model card: office31.safetensors\n",
      "domain, one of 3 classes; item, one of 31 classes",
      "On the 527 test images",
      `| item | 527 | ${
        (100 * run.test!.metrics.heads.item!.accuracy!).toFixed(1)
      }% |`,
      `| amazon | ${run.test!.metrics.breakdown.domain!.amazon!.images} |`,
      "| Licence | For research; no formal licence. |",
      "```sh\ndeno task train --data office31 --report report.html\n```",
      "| Random seed | 0 |",
      `| SHA-256 | ${run.weights.sha256} |`,
      `| Hash | ${run.dataset.hash} |`,
      "`trunk.0.weight.scale` one factor per row",
      "2,809 (80.0%) training",
      "## Limits",
      "back\\_pack, bike",
    ]
  ) assertStringIncludes(card, text);
});

Deno.test("every row of a card's table has as many cells as its head", () => {
  const card = renderModelCard(
    fakeRun({
      ...MIXED_RUN,
      heads: [
        classesHead("domain", ["a|b", "c\nd", "\\|"]),
        ...MIXED_RUN.heads.slice(1),
      ],
    }),
  );
  for (const block of card.split("\n\n").filter((text) => text[0] === "|")) {
    const [head, ...rows] = block.split("\n");
    const cells = (line: string) => line.match(/(?<!\\)(\\\\)*\|/g)!.length;
    for (const row of rows) assertEquals(cells(row), cells(head!), row);
  }
});

Deno.test("names in a card are text, whatever Markdown or HTML they hold", () => {
  const card = renderModelCard(
    fakeRun({
      ...OFFICE_RUN,
      heads: [
        classesHead("item", [
          "<img src=x onerror=alert(1)>",
          "[a](javascript:b)",
          "*c*",
        ]),
      ],
    }),
  );
  assertStringIncludes(card, "\\<img src=x onerror=alert(1)\\>");
  assertStringIncludes(card, "\\[a\\](javascript:b)");
  assertStringIncludes(card, "\\*c\\*");
});

Deno.test("a command with backquotes stays inside its code block", () => {
  const run = fakeRun(OFFICE_RUN);
  const card = renderModelCard({ ...run, command: "train ```\n# Not a head" });
  assertStringIncludes(card, "````sh\ntrain ```\n# Not a head\n````");
});

Deno.test("a card without held-out images claims no metrics", () => {
  const card = renderModelCard(
    fakeRun({ ...OFFICE_RUN, validation: 0, test: 0 }),
  );
  assertStringIncludes(card, "No images were held out");
  assertStringIncludes(card, "its answers are not calibrated");
  assert(!card.includes("Accuracy"));
});

Deno.test("a card shows each kind of head by its own metrics", () => {
  const run = fakeRun(MIXED_RUN);
  const card = renderModelCard(run);
  const { shaded, turned } = run.test!.metrics.heads;
  for (
    const text of [
      "| Head | Images | Accuracy | 95% interval | Loss | ECE |",
      "| Accuracy | 95% interval | ROC AUC | Precision | Recall |",
      "| Head | Images | R² | Mean absolute error |",
      `| shaded | ${shaded!.images} | `,
      `| turned | ${turned!.images} | ${turned!.r2!.toFixed(3)} | `,
      " degrees |",
      "| shaded | Images | domain: accuracy | item: accuracy | turned: mean absolute error |",
      "- turned: a number in degrees",
      "- shaded: true or false",
    ]
  ) assertStringIncludes(card, text);
  assert(!card.includes("| item | Images |"), "31 rows are the report's");
});

Deno.test("a card of few test images says how little its metrics prove", () => {
  const heads = [classesHead("item", ["cat", "dog"])];
  const card = renderModelCard(
    fakeRun({ heads, validation: 5, test: 9, epochs: 2 }),
  );
  assertStringIncludes(card, "rest on only 9 images");
  assert(!card.includes("| item | Images |"));
});

Deno.test("a card ends with its appendix, one level down", () => {
  const run = fakeRun(OFFICE_RUN);
  const card = renderModelCard(run);
  const appendix = "# More\n\n| a |\n| --- |\n\n## Still more\n\n*End*\n";
  assertEquals(
    renderModelCard({ ...run, appendix }),
    `${card}\n## More\n\n| a |\n| --- |\n\n### Still more\n\n*End*\n`,
  );
  assertEquals(
    renderModelCard({ ...run, appendix: "Just words.\n" }),
    `${card}\n## Appendix\n\nJust words.\n`,
  );
});
