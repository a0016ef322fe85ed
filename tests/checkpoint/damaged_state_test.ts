// Files that say or hold what cannot be are refused by name.

import { assertRejects } from "@std/assert";
import { decodeSafetensors } from "../../src/checkpoint/safetensors_reader.ts";
import type { tensorsOf } from "../../src/checkpoint/state.ts";
import { readState } from "../../src/checkpoint/state_reader.ts";
import { CheckpointError } from "../../src/errors.ts";
import { binaryHead, classesHead, numberHead } from "../heads/specs.ts";
import { bytesOf, drawnState } from "./states.ts";

type Parts = ReturnType<typeof tensorsOf>;
type Damage = (parts: Parts) => void;

const HEADS = [
  classesHead("place", ["studio", "street"]),
  binaryHead("worn"),
  classesHead("thing", ["book", "mug", "pen"]),
  numberHead("width"),
];

const STATE = drawnState(HEADS);

const without = (name: string): Damage => ({ tensors }) => {
  tensors.splice(tensors.findIndex((tensor) => tensor.name === name), 1);
};

const changed =
  (name: string, changes: Partial<Parts["tensors"][number]>): Damage =>
  ({ tensors }) => {
    const index = tensors.findIndex((tensor) => tensor.name === name);
    tensors[index] = { ...tensors[index]!, ...changes };
  };

const said = (key: string, text: string): Damage => ({ metadata }) => {
  metadata[key] = text;
};

/** The heads, with one of them changed. */
const headsWith = (index: number, changes: Record<string, unknown>): Damage =>
  said(
    "heads",
    JSON.stringify(HEADS.toSpliced(
      index,
      1,
      {
        ...HEADS[index]!,
        ...changes,
      } as typeof HEADS[number],
    )),
  );

const calibrationWith = (name: string, own: unknown): Damage =>
  said("calibration", JSON.stringify({ ...STATE.calibration, [name]: own }));

const labelled = (name: string, label: number): Damage => ({ tensors }) => {
  const { data } = tensors.find((tensor) => tensor.name === name)!;
  new DataView(data.buffer, data.byteOffset).setFloat64(0, label, true);
};

const BYTES = new Uint8Array(9 * 12);

const DAMAGES: readonly [string, Damage, string][] = [
  [
    "a missing tensor",
    without("trunk.1.bias"),
    "Cannot read tensor trunk.1.bias: expected F32 [10], got none",
  ],
  [
    "a tensor of another shape",
    changed("trunk.0.weight", { shape: [12, 9] }),
    "expected F32 [9, 12], got F32 [12, 9]",
  ],
  [
    "a tensor of another type",
    changed("trunk.0.bias", { dtype: "I32" }),
    "expected F32 [9], got I32 [9]",
  ],
  [
    "a head without its tensor",
    without("head.worn.bias"),
    "Cannot read tensor head.worn.bias: expected F32 [1], got none",
  ],
  [
    "a weight in bytes without its scales",
    changed("trunk.0.weight", { dtype: "I8", data: BYTES }),
    "Cannot read tensor trunk.0.weight.scale: expected F32 [9], got none",
  ],
  [
    "a weight in bytes of another shape",
    changed("trunk.0.weight", { dtype: "I8", shape: [12, 9], data: BYTES }),
    "expected I8 [9, 12], got I8 [12, 9]",
  ],
  [
    "another weight in bytes",
    changed("trunk.1.weight", { dtype: "I8", data: new Uint8Array(10 * 9) }),
    "expected F32 [10, 9], got I8 [10, 9]",
  ],
  [
    "another format",
    said("format", "pt"),
    'expected metadata format "tandem-2", got "pt"',
  ],
  [
    "missing metadata",
    ({ metadata }) => delete metadata.heads,
    'expected metadata "heads", got none',
  ],
  [
    "metadata that is not JSON",
    said("sizes", "{"),
    'expected JSON in metadata "sizes", got {',
  ],
  ["sizes that are null", said("sizes", "null"), "expected sizes"],
  [
    "sizes that cannot be",
    said("sizes", '{"inputs":0,"hidden":[]}'),
    'expected sizes {inputs, hidden}, got {"inputs":0,"hidden":[]}',
  ],
  [
    "preprocessing that is null",
    said("preprocessing", "null"),
    'expected a JSON object in metadata "preprocessing", got null',
  ],
  [
    "a training that is a list",
    said("training", "[]"),
    'expected a JSON object in metadata "training", got []',
  ],
  ["heads that are null", said("heads", "null"), "expected at least one head"],
  ["no heads", said("heads", "[]"), "expected at least one head, got []"],
  [
    "a head that is null",
    said("heads", "[null]"),
    "expected heads with a name of 1 to 64 letters, digits",
  ],
  [
    "a head whose name is a path",
    headsWith(0, { name: "../place" }),
    "expected heads with a name of 1 to 64 letters, digits",
  ],
  [
    "a head named as a field of requests",
    headsWith(0, { name: "image" }),
    "expected heads with a name other than image",
  ],
  ...["constructor", "__proto__"].map((name): [string, Damage, string] => [
    `a head named ${name}, which every object knows`,
    headsWith(0, { name }),
    `expected heads with a name other than ${name}`,
  ]),
  [
    "two heads of one name",
    headsWith(2, { name: "place" }),
    "expected heads of different names",
  ],
  [
    "a head of an unknown kind",
    headsWith(1, { kind: "toString" }),
    "expected the head worn to be one of classes, binary, number",
  ],
  [
    "a kind in a list",
    headsWith(1, { kind: ["binary"] }),
    "expected the head worn to be one of classes, binary, number",
  ],
  [
    "a head without labels",
    headsWith(0, { labels: [] }),
    "expected the head place to have different labels",
  ],
  [
    "labels that are a text",
    headsWith(0, { labels: "ab" }),
    "expected the head place to have different labels",
  ],
  [
    "a label that is a number",
    headsWith(0, { labels: ["a", 1] }),
    "expected the head place to have different labels",
  ],
  [
    "the same label twice",
    headsWith(2, { labels: ["x", "x", "z"] }),
    "expected the head thing to have different labels",
  ],
  [
    "more labels than the head's tensors have rows",
    headsWith(2, { labels: ["w", "x", "y", "z"] }),
    "Cannot read the model: expected 4 offsets of its logits as calibration of the thing head",
  ],
  [
    "a quantity without a mean",
    headsWith(3, { mean: null }),
    "expected the head width to have a finite mean",
  ],
  [
    "a quantity that never varies",
    headsWith(3, { standardDeviation: 0 }),
    "expected the head width to have a positive standard deviation",
  ],
  [
    "a unit that is a number",
    headsWith(3, { unit: 3 }),
    "expected the head width to have a unit in words",
  ],
  [
    "a temperature that divides by zero",
    calibrationWith("thing", { temperature: 0, offsets: [0, 0, 0] }),
    "expected a positive temperature as calibration of the thing head",
  ],
  [
    "a class without an offset",
    calibrationWith("place", { temperature: 1, offsets: [0] }),
    'expected 2 offsets of its logits as calibration of the place head, got {"temperature":1,"offsets":[0]}',
  ],
  [
    "an offset that is no number",
    calibrationWith("place", { temperature: 1, offsets: [0, null] }),
    "expected 2 offsets of its logits as calibration of the place head",
  ],
  [
    "a calibration that is null",
    said("calibration", "null"),
    "expected a positive temperature as calibration of the place head, got none",
  ],
  [
    "a yes or no without an offset",
    calibrationWith("worn", { temperature: 1 }),
    "expected an offset of its logit as calibration of the worn head",
  ],
  [
    "a deviation below zero",
    calibrationWith("width", { deviation: -1 }),
    "expected a deviation of at least 0 as calibration of the width head",
  ],
  [
    "an unknown optimizer",
    said("optimizer", '{"name":"lion","options":{}}'),
    "expected a known optimizer and its options",
  ],
  [
    "an optimizer that is null",
    said("optimizer", "null"),
    "expected a known optimizer and its options, got null",
  ],
  [
    "a moment of another shape",
    changed("optim.head.worn.bias.exp_avg", { shape: [1, 1] }),
    "Cannot read tensor optim.head.worn.bias.exp_avg: expected F32 [1], got F32 [1, 1]",
  ],
  [
    "a replayed class that does not exist",
    labelled("replay.labels.thing", 3),
    "Cannot read tensor replay.labels.thing: expected labels in [0, 3), got 3",
  ],
  [
    "a class between two",
    labelled("guard.labels.place", 0.5),
    "Cannot read tensor guard.labels.place: expected labels in [0, 2), got 0.5",
  ],
  [
    "neither yes nor no",
    labelled("replay.labels.worn", -1),
    "Cannot read tensor replay.labels.worn: expected labels in [0, 2), got -1",
  ],
  [
    "a quantity without end",
    labelled("replay.labels.width", Infinity),
    "Cannot read tensor replay.labels.width: expected finite labels, got Infinity",
  ],
  [
    "kept examples without the labels of a head",
    without("guard.labels.worn"),
    "Cannot read tensor guard.labels.worn: expected F64 [4], got none",
  ],
  [
    "kept examples of another size",
    changed("replay.descriptors", { shape: [12, 6] }),
    "Cannot read tensor replay.descriptors: expected U8 [12, 12], got U8 [12, 6]",
  ],
];

for (const [title, damage, message] of DAMAGES) {
  Deno.test(`${title} is refused by name`, async () => {
    const bytes = bytesOf(structuredClone(STATE), damage);
    await assertRejects(
      () => readState(decodeSafetensors(bytes)),
      CheckpointError,
      message,
    );
  });
}
