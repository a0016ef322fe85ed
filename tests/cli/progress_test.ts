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
    "epoch 27",
    "312 images/s",
  ],
};

Deno.test("the loss and the scores of four heads fit on a line of 80 columns", () => {
  assertEquals(
    progressLine(TRAINING, true),
    "Training 45% ETA 1:12  loss 1.23  domain 98%  item 81%  shaded 93%  turned 0.87…",
  );
});

Deno.test("a bar takes the room that notes leave", () => {
  assertEquals(
    progressLine({ ...TRAINING, notes: ["loss 1.23", "item 81%"] }, true),
    `Training ${"━".repeat(11)}${
      "─".repeat(13)
    } 45% ETA 1:12  loss 1.23  item 81%`,
  );
  assertEquals(
    progressLine({ ...TRAINING, notes: [""] }, false),
    "Training 45% ETA 1:12",
  );
});

Deno.test("the time left is said in seconds, minutes or hours, and not before it is known", () => {
  const left = (seconds: number) =>
    progressLine({ ...TRAINING, seconds, notes: [] }, false).split("ETA ")[1];
  assertEquals([0.4, 59, 60, 3725, Infinity, NaN].map(left), [
    "0 s",
    "59 s",
    "1:00",
    "1:02:05",
    "–",
    "–",
  ]);
});

Deno.test("no line is longer than 80 columns, whatever heads are called", () => {
  const notes = fc.array(fc.string({ maxLength: 70 }), { maxLength: 12 });
  fc.assert(fc.property(notes, fc.boolean(), (notes, withBar) => {
    const line = progressLine({ ...TRAINING, notes }, withBar);
    assert(line.length <= 80, `${line.length}: ${line}`);
    assert(line.startsWith("Training ") && line.includes("45%"));
  }));
});
