import { assertEquals } from "@std/assert";
import {
  copyWarnings,
  labelWarnings,
  lostFolderWarnings,
  lostLabelWarnings,
  nearDoubleWarnings,
} from "../../src/data/label_warnings.ts";
import { UNKNOWN } from "../../src/heads/head.ts";
import type { HeadSpec } from "../../src/heads/kinds.ts";

const ROOMS = ["attic", "cellar", "hall", "kitchen", "office", "porch", "yard"];
const ROOM: HeadSpec = { name: "room", kind: "classes", labels: ROOMS };
const BROKEN: HeadSpec = { name: "broken", kind: "binary" };
const PRICE: HeadSpec = {
  name: "price",
  kind: "number",
  mean: 0,
  standardDeviation: 1,
};

function rowsOf(...labels: number[]) {
  return labels.map((label) => ({ labels: [label] }));
}

function times(count: number, label: number): number[] {
  return Array(count).fill(label);
}

Deno.test("few images and strong imbalance are warned of by name", () => {
  const labels = [...times(41, 0), 1, 2, 3, 4, 5, 6, UNKNOWN];
  assertEquals(labelWarnings([ROOM], rowsOf(...labels)), [
    "Fewer than 5 images of room cellar, hall, kitchen, office, porch and 1 more.",
    "Unbalanced: 41 images of room attic, 1 of cellar.",
  ]);
  assertEquals(
    labelWarnings([BROKEN], rowsOf(...times(9, 0), ...times(4, 1))),
    ["Fewer than 5 images of broken true."],
  );
});

Deno.test("labels that are all the same leave a head nothing to learn", () => {
  assertEquals(labelWarnings([ROOM], rowsOf(2, 2, UNKNOWN)), [
    "All images have the same room, hall: that head has nothing to learn.",
  ]);
  assertEquals(labelWarnings([PRICE], rowsOf(1.5, 1.5)), [
    "All images have the same price, 1.5: that head has nothing to learn.",
  ]);
  assertEquals(labelWarnings([PRICE], rowsOf(1.5, 1.6)), []);
});

Deno.test("balanced labels need no warning", () => {
  assertEquals(
    labelWarnings([BROKEN], rowsOf(...times(5, 0), ...times(50, 1))),
    [],
  );
});

Deno.test("heads and classes that are gone are named", () => {
  assertEquals(
    lostLabelWarnings([ROOM, BROKEN], [{ ...ROOM, labels: ["hall", "yard"] }]),
    [
      "No usable image of room attic, cellar, kitchen, office, porch: left out.",
      "No usable image has a label for broken: it is left out.",
    ],
  );
  assertEquals(lostLabelWarnings([ROOM, PRICE], [ROOM, PRICE]), []);
});

Deno.test("classes that are nearly the same are named", () => {
  const labels = ["Mug", "desk lamp", "desk_lamp", "mug", "mug ", "pen"];
  assertEquals(nearDoubleWarnings([{ ...ROOM, labels }, BROKEN, PRICE]), [
    'Classes of room that differ only in case or spaces: "Mug", "mug", "mug ".',
    'Classes of room that differ only in case or spaces: "desk lamp", "desk_lamp".',
  ]);
});

Deno.test("classes that look the same are named, with what cannot be seen", () => {
  const labels = [
    "mu\u200bg",
    "mug",
    "stra\u00dfe",
    "strasse",
    "\uff30en",
    "pen",
  ];
  assertEquals(nearDoubleWarnings([{ ...ROOM, labels }]), [
    'Classes of room that differ only in case or spaces: "mu\\u200bg", "mug".',
    'Classes of room that differ only in case or spaces: "stra\u00dfe", "strasse".',
    'Classes of room that differ only in case or spaces: "\uff30en", "pen".',
  ]);
});

Deno.test("folders of which no image could be used are named", () =>
  assertEquals(
    lostFolderWarnings(
      [{ id: "web/mug/1" }, { id: "web/pen/1" }, { id: "cam/mug/1" }, {
        id: "top",
      }],
      [{ id: "web/pen/2" }],
    ),
    ["Folders of which no image could be used: web/mug, cam/mug."],
  ));

Deno.test("copies are counted, and named where their labels differ", () => {
  const row = (id: string, contentHash: string, ...labels: number[]) => ({
    id,
    contentHash,
    labels,
    slot: 0,
    origin: { kind: "file" as const, path: id },
  });
  const rows = [
    row("a", "1", 0, 2.5),
    row("b", "1", 0, UNKNOWN),
    row("c", "2", 0, 2.5),
    row("d", "1", UNKNOWN, 3),
  ];
  const copies = 'Copies of other images: 2, the first is "b" of "a".';
  const contradiction = 'One image has both price 2.5 and 3: "a" and "d".';
  assertEquals(copyWarnings([ROOM, PRICE], rows, true), [
    `${copies} Some may be in training and test.`,
    contradiction,
  ]);
  assertEquals(copyWarnings([ROOM, PRICE], rows, false), [
    `${copies} Each of them counts.`,
    contradiction,
  ]);
});
