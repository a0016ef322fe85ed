import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  DATA_FLAGS,
  labelledAs,
  openDataset,
  splitExamples,
} from "../../src/cli/examples.ts";
import { parseFlags, UsageError } from "../../src/cli/flags.ts";
import { DataError } from "../../src/errors.ts";
import { UNKNOWN } from "../../src/heads/head.ts";
import type { HeadSpec } from "../../src/heads/kinds.ts";
import { PREPROCESSING } from "../../src/image/descriptor.ts";
import type { Examples } from "../../src/model/examples.ts";
import { randomPng, withFolder } from "../data/images.ts";

const ROOM: HeadSpec = {
  name: "room",
  kind: "classes",
  labels: ["attic", "hall"],
};
const PRICE: HeadSpec = {
  name: "price",
  kind: "number",
  mean: 0,
  standardDeviation: 1,
};

/** Examples without descriptors: a list of labels for each. */
function examplesOf(heads: readonly HeadSpec[], labels: number[][]): Examples {
  return {
    length: labels.length,
    views: 1,
    heads,
    inputs: 0,
    preprocessing: PREPROCESSING,
    parts: [],
    cells: [],
    mirror: undefined,
    hash: "",
    labelOf: (row, head) => labels[row]![head]!,
    read: () => {},
  };
}

function labelsOf({ heads, length, labelOf }: Examples): number[][] {
  return Array.from(
    { length },
    (_, row) => heads.map((_, head) => labelOf(row, head)),
  );
}

Deno.test("labels are translated to a model's heads, whatever their order", () => {
  const examples = examplesOf([ROOM, PRICE], [[0, 1.23456789], [1, UNKNOWN]]);
  const heads: HeadSpec[] = [
    { ...PRICE, mean: 3, standardDeviation: 2 },
    { name: "broken", kind: "binary" },
    { ...ROOM, labels: ["hall", "kitchen", "attic"] },
  ];
  const translated = labelledAs(examples, heads);
  assertEquals(translated.heads, heads);
  assertEquals(labelsOf(translated), [
    [1.23456789, UNKNOWN, 2],
    [UNKNOWN, UNKNOWN, 0],
  ]);
});

Deno.test("labels that a model does not know are refused", () => {
  const examples = examplesOf([ROOM], [[0], [1]]);
  assertThrows(
    () => labelledAs(examples, [{ ...ROOM, labels: ["attic", "cellar"] }]),
    DataError,
    'expected room to be one of attic, cellar, got "hall"',
  );
  assertThrows(
    () => labelledAs(examples, [PRICE]),
    DataError,
    "expected labels for price, got some for room",
  );
});

Deno.test("folds that would be empty are refused", () => {
  const examples = examplesOf([ROOM], [[0], [1]]);
  assertThrows(
    () => splitExamples(examples, "80/5/15 blocks", 0, 4),
    UsageError,
    "Cannot divide 2 images into --folds 4: expected at least one image in each",
  );
  const many = examplesOf(
    [ROOM],
    Array.from({ length: 40 }, (_, i) => [i % 2]),
  );
  const { folds, test } = splitExamples(many, "80/5/15 rows", 0, 4);
  assertEquals(
    folds!.flatMap((fold) => [...fold]).length + test.length,
    40,
  );
});

Deno.test("a split is judged before any image is described", () =>
  withFolder({
    "data/mug/a.png": randomPng(1),
    "data/pen/a.png": randomPng(2),
  }, async (at) => {
    const command = { name: "x", operands: "", summary: "", flags: DATA_FLAGS };
    const flags = parseFlags(command, [
      "--data",
      `${at}/data`,
      "--workers",
      "1",
    ]);
    const said: string[] = [];
    const { error } = console;
    console.error = (line: string) => said.push(line);
    try {
      const { dataset } = await openDataset(
        flags,
        new AbortController().signal,
        {
          views: 1,
          cache: `${at}/data/mug/a.png/cache`,
          division: { split: "80/5/15 blocks", seed: 0 },
        },
      );
      using opened = dataset;
      assertEquals(opened.examples.length, 2);
    } finally {
      console.error = error;
    }
    const warnings = said.filter((line) => line.startsWith("Warning: "));
    assertEquals(warnings.slice(0, 2), [
      "Warning: No validation images: 5 % of 2 images, of which every group keeps one for training, leave none.",
      "Warning: No test images: 15 % of 2 images, of which every group keeps one for training, leave none.",
    ]);
    // A cache that cannot be written is no end either.
    assertStringIncludes(warnings.at(-1)!, "Descriptors cannot be kept in");
  }));
