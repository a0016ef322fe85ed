import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { renderModelCard } from "../../src/report/card.ts";
import { fakeRun, OFFICE_RUN } from "./fixture.ts";

Deno.test("the model card tells what a person should know before using the model", () => {
  const run = fakeRun(OFFICE_RUN);
  const card = renderModelCard(run);
  for (
    const text of [
      "# Model card: office31.safetensors\n",
      "which of 31 items it shows, and in which of 3 domains",
      "On the 527 test pictures",
      `| item | ${(100 * run.test!.calibrated.item.accuracy).toFixed(1)}% |`,
      "| amazon | 176 |",
      "| Licence | For research; no formal licence. |",
      "```sh\ndeno task train --data office31 --report report.html\n```",
      "| Seed | 0 |",
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
    fakeRun({ ...OFFICE_RUN, domains: ["a|b", "c\nd", "\\|"] }),
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
      items: ["<img src=x onerror=alert(1)>", "[a](javascript:b)", "*c*"],
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

Deno.test("a card without held-out pictures claims no figures", () => {
  const card = renderModelCard(
    fakeRun({ ...OFFICE_RUN, validation: 0, test: 0 }),
  );
  assertStringIncludes(card, "No pictures were held out");
  assertStringIncludes(card, "its probabilities are not calibrated");
  assert(!card.includes("Accuracy"));
});

Deno.test("a card of one domain speaks of items only", () => {
  const card = renderModelCard(
    fakeRun({
      domains: ["default"],
      items: ["cat", "dog"],
      validation: 5,
      test: 9,
      epochs: 2,
    }),
  );
  assertStringIncludes(card, "gives the one domain it knows");
  assert(!card.includes("| Domain | Pictures |"));
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
