import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { progressLine } from "../../src/cli/progress.ts";

const TRAINING = {
  title: "Training",
  value: 1188,
  total: 2640,
  seconds: 72.4,
  notes: [
    "loss 1.23",
    "domain 98%",
    "item 81%",
    "shaded 93%",
    "turned 0.87",
  ],
  asides: ["epoch 27", "312 images/s"],
};

Deno.test("the loss and the scores of four heads fit on a line of 80 columns", () => {
  assertEquals(
    progressLine(TRAINING, true),
    "Training 45% ETA 1:12  loss 1.23  domain 98%  item 81%  shaded 93%  turned 0.87",
  );
});

Deno.test("notes come before the bar, the bar before asides", () => {
  const lineOf = (notes: string[], withBar = true) =>
    progressLine({ ...TRAINING, notes }, withBar);
  assertEquals(
    lineOf(["loss 1.23", "domain 98%", "item 81%"]),
    `Training ${"━".repeat(7)}${
      "─".repeat(8)
    } 45% ETA 1:12  loss 1.23  domain 98%  item 81%  epoch 27`,
  );
  assertEquals(
    lineOf(["loss 1.23", "domain 98%", "item 81%", "shaded 93%"]),
    `Training ${"━".repeat(6)}${
      "─".repeat(7)
    } 45% ETA 1:12  loss 1.23  domain 98%  item 81%  shaded 93%`,
  );
  assertEquals(
    lineOf([], false),
    "Training 45% ETA 1:12  epoch 27  312 images/s",
  );
});

Deno.test("a note that does not fit leaves an ellipsis, and nothing follows it", () => {
  assertEquals(
    progressLine(
      { ...TRAINING, notes: ["loss 1.23", "a".repeat(60), "item 81%"] },
      false,
    ),
    "Training 45% ETA 1:12  loss 1.23…",
  );
});

Deno.test("the time left is said in seconds, minutes or hours, and not before it is known", () => {
  const left = (seconds: number) =>
    progressLine({ ...TRAINING, seconds, notes: [], asides: [] }, false)
      .split("ETA ")[1];
  assertEquals([0.4, 59, 60, 3725, Infinity, NaN].map(left), [
    "0 s",
    "59 s",
    "1:00",
    "1:02:05",
    "–",
    "–",
  ]);
});

Deno.test("no line is longer than a terminal is wide, whatever heads are called", () => {
  const notes = fc.array(fc.string({ maxLength: 70 }), { maxLength: 12 });
  const columns = fc.integer({ min: 24, max: 80 });
  fc.assert(
    fc.property(
      ...[notes, notes, fc.boolean(), columns],
      (notes, asides, withBar, columns) => {
        const standing = { ...TRAINING, notes, asides };
        const line = progressLine(standing, withBar, columns);
        assert(line.length <= columns, `${line.length}: ${line}`);
        assert(line.startsWith("Training ") && line.includes("45%"));
      },
    ),
  );
});
