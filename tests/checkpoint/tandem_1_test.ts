import { assert, assertEquals, assertRejects } from "@std/assert";
import { decodeSafetensors } from "../../src/checkpoint/safetensors_reader.ts";
import {
  readExamples,
  readModel,
  readServingModel,
  readState,
} from "../../src/checkpoint/state_reader.ts";
import { CheckpointError } from "../../src/errors.ts";
import { PREPROCESSING } from "../../src/image/preprocessing.ts";
import type { Examples } from "../../src/model/examples.ts";
import type { ModelState, StoredExamples } from "../../src/model/state.ts";
import { Random } from "../../src/nn/prng.ts";
import type { TrainingPlan, TrainingRecord } from "../../src/train/plan.ts";
import { checkResume } from "../../src/train/resume.ts";
import { runTraining } from "../../src/train/run.ts";
import { bytesOf, drawnState } from "./states.ts";
import { formerStory, HEADS, tandem1BytesOf } from "./tandem_1.ts";

/** That format knew a label of every kept example. */
const labelled = (examples: StoredExamples): StoredExamples => ({
  ...examples,
  labels: examples.labels.map((head) => head.map((label) => label || 0)),
});

const drawn = drawnState(HEADS);
const STATE: ModelState = {
  ...drawn,
  replay: labelled(drawn.replay!),
  guard: labelled(drawn.guard!),
};

Deno.test("a file of the former format is the same state in the present one", async () => {
  const former = decodeSafetensors(tandem1BytesOf(STATE));
  assertEquals(former.header.metadata.format, "tandem-1");
  assertEquals(former.header.tensors.get("replay.items")!.dtype, "I32");
  assertEquals(await readState(former), STATE);
  const present = decodeSafetensors(bytesOf(STATE));
  assertEquals(await readModel(former), await readModel(present));
  assertEquals(await readServingModel(former), await readServingModel(present));
  for (const part of ["replay", "guard"] as const) {
    assertEquals(await readExamples(former, STATE, part), STATE[part]);
  }
});

Deno.test("what is read from the former format is written in the present one", async () => {
  const state = await readState(decodeSafetensors(tandem1BytesOf(STATE)));
  assertEquals(bytesOf(state), bytesOf(STATE));
});

Deno.test("the shipped weights are of the former format, and all of them is read", async () => {
  const file = new URL("../../weights/office31.safetensors", import.meta.url);
  const reader = decodeSafetensors(await Deno.readFile(file));
  assertEquals(reader.header.metadata.format, "tandem-1");
  const { sizes, replay, guard, moments, parameters, training } =
    await readState(reader);
  assertEquals(
    sizes.heads.map((head) => [head.name, head.kind]),
    [["domain", "classes"], ["item", "classes"]],
  );
  const [domain, item] = sizes.heads;
  assert(domain!.kind === "classes" && item!.kind === "classes");
  assertEquals(domain!.labels, ["amazon", "dslr", "webcam"]);
  assertEquals([item!.labels.length, item!.labels[17]], [31, "mug"]);
  assertEquals(parameters.get("head.item.weight")!.length, 31 * 512);
  assertEquals([...moments.keys()], [
    "head.domain.weight",
    "head.domain.bias",
    "head.item.weight",
    "head.item.bias",
  ]);
  for (const { length, labels } of [replay!, guard!]) {
    assertEquals(labels.map((head) => head.length), [length, length]);
    assert(labels.every((head) => head.every(Number.isInteger)));
  }
  const { plan, metrics } = training as {
    plan: TrainingPlan;
    metrics: Record<string, { heads: Record<string, { accuracy: number }> }>;
  };
  assertEquals(plan.headWeights, {});
  assert(metrics.crossValidation!.heads.item!.accuracy > 0.8);
});

Deno.test("the story of a training is told in the present words", async () => {
  // As the former version wrote it.
  const former = {
    plan: { hidden: [32], split: "95/5/0 blocks", folds: 0 },
    dataset: { hash: "a".repeat(64), images: 48 },
    step: 7,
    steps: 60,
    history: [{
      epoch: 1,
      learningRate: 0.02,
      loss: { total: 2.25, domain: 0.75, item: 1.5 },
      accuracy: { domain: 0.5, item: 0.25 },
      validation: {
        images: 16,
        domain: { accuracy: 0.75, loss: 0.5, ece: 0.125 },
        item: { accuracy: 0.25, loss: 1.5, ece: 0.375 },
        perDomain: { a: { images: 16, item: { accuracy: 0.25 } } },
      },
    }],
    sums: {
      images: 14,
      domainLoss: 8.5,
      itemLoss: 23.25,
      domainRight: 12,
      itemRight: 5,
    },
    best: { epoch: 1, loss: 2 },
    figures: {
      test: {
        images: 10,
        domain: { accuracy: 1, loss: 0.25, ece: 0 },
        item: { accuracy: 0.5, loss: 2, ece: 0.25 },
        perDomain: { b: { images: 10, item: { accuracy: 0.5 } } },
      },
    },
  };
  const bytes = tandem1BytesOf({ ...STATE, training: former });
  const { training } = await readState(decodeSafetensors(bytes));
  assertEquals(training, {
    plan: { hidden: [32], split: "95/5/0 blocks", folds: 0, headWeights: {} },
    dataset: { hash: "a".repeat(64), images: 48 },
    step: 7,
    steps: 60,
    history: [{
      epoch: 1,
      learningRate: 0.02,
      loss: 2.25,
      heads: {
        domain: { loss: 0.75, score: 0.5 },
        item: { loss: 1.5, score: 0.25 },
      },
      validation: {
        domain: { images: 16, accuracy: 0.75, loss: 0.5, ece: 0.125 },
        item: { images: 16, accuracy: 0.25, loss: 1.5, ece: 0.375 },
      },
    }],
    sums: {
      images: 14,
      loss: 31.75,
      losses: [8.5, 23.25],
      scores: [12, 5],
      labelled: [14, 14],
    },
    best: { epoch: 1, loss: 2 },
    metrics: {
      test: {
        images: 10,
        heads: {
          domain: { images: 10, accuracy: 1, loss: 0.25, ece: 0 },
          item: { images: 10, accuracy: 0.5, loss: 2, ece: 0.25 },
        },
        breakdown: {
          domain: {
            b: { images: 10, heads: { item: { images: 10, accuracy: 0.5 } } },
          },
        },
      },
    },
  });
});

const EXAMPLES: Examples = drawnExamples();
const ALL = Uint32Array.from({ length: EXAMPLES.length }, (_, row) => row);
const ROWS = {
  train: ALL.filter((row) => row % 3 > 0),
  validation: ALL.filter((row) => row % 3 === 0),
  test: new Uint32Array(),
};

/** 24 images of 12 inputs, which tell of their labels. */
function drawnExamples(): Examples {
  const random = Random.fromSeed(1, "former");
  const label = (row: number, head: number) =>
    head === 0 ? row % 2 : Math.floor(row / 2) % 4;
  const descriptors = Array.from(
    { length: 24 },
    (_, row) =>
      Uint8Array.from(
        { length: 12 },
        (_, i) => 50 * label(row, i % 2) + random.below(80),
      ),
  );
  return {
    length: 24,
    views: 1,
    heads: HEADS,
    inputs: 12,
    preprocessing: PREPROCESSING,
    parts: [12],
    cells: [4, 4],
    mirror: undefined,
    hash: "f".repeat(64),
    labelOf: label,
    read: (row, _, out) => out.set(descriptors[row]!),
  };
}

const PLAN: TrainingPlan = {
  hidden: [9],
  optimizer: { name: "adamw", options: {} },
  headWeights: {},
  split: "67/33/0 rows",
  folds: 0,
  recipe: {
    epochs: 6,
    batchSize: 5,
    learningRate: 0.02,
    schedule: "cosine",
    labelSmoothing: 0.1,
    inputDropout: 0.1,
    cellDropout: 0,
    hiddenDropout: 0.1,
    mixup: 0.3,
    maxGradientNorm: 1,
    keep: "best",
    patience: 0,
    seed: 1,
  },
};

Deno.test("a training that the former version began goes on to the same bits", async () => {
  const straight = await runTraining(EXAMPLES, ROWS, PLAN, undefined);
  for (const stop of [0, 10, 13]) {
    const interrupt = new AbortController();
    const { state, record } = await runTraining(
      EXAMPLES,
      ROWS,
      PLAN,
      undefined,
      {
        signal: interrupt.signal,
        onStep: ({ step }) => step > stop && interrupt.abort(),
      },
    );
    const bytes = tandem1BytesOf({ ...state, training: formerStory(record) });
    const former = await readState(decodeSafetensors(bytes));
    checkResume(former, PLAN, EXAMPLES);
    const resumed = await runTraining(EXAMPLES, ROWS, PLAN, former);
    assertEquals(resumed.ended, "finished");
    const { training: _, ...model } = resumed.state;
    const { training: __, ...expected } = straight.state;
    assertEquals(model, expected);
    assertEquals(
      toTwelveDigits(resumed.record),
      toTwelveDigits(straight.record),
    );
  }
});

/** The former version added up the losses of an epoch head by head: their sum's last bit may differ. */
function toTwelveDigits(record: TrainingRecord): unknown {
  return JSON.parse(JSON.stringify(
    record,
    (_, value) =>
      typeof value === "number" ? Number(value.toPrecision(12)) : value,
  ));
}

type Change = Parameters<typeof tandem1BytesOf>[1];

const said = (key: string, text: string): Change => ({ metadata }) => {
  metadata[key] = text;
};

const labelsOf =
  (name: string, changes: Record<string, unknown>): Change => ({ tensors }) => {
    const at = tensors.findIndex((tensor) => tensor.name === name);
    tensors[at] = { ...tensors[at]!, ...changes };
  };

const withLabel = (name: string, label: number): Change => ({ tensors }) => {
  const { data } = tensors.find((tensor) => tensor.name === name)!;
  new DataView(data.buffer, data.byteOffset).setInt32(4, label, true);
};

const DAMAGES: readonly [string, Change, string][] = [
  [
    "labels that are null",
    said("labels", "null"),
    'expected a JSON object in metadata "labels", got null',
  ],
  [
    "labels that are missing",
    ({ metadata }) => delete metadata.labels,
    'expected metadata "labels", got none',
  ],
  [
    "labels of one head only",
    said("labels", '{"items":["w","x","y","z"]}'),
    "expected the head domain to have different labels",
  ],
  [
    "labels that are a number",
    said("labels", '{"domains":2,"items":["w","x","y","z"]}'),
    "expected the head domain to have different labels",
  ],
  [
    "labels that are not JSON",
    said("labels", "{"),
    'expected JSON in metadata "labels", got {',
  ],
  [
    "fewer labels than the head has outputs",
    said("labels", '{"domains":["a","b"],"items":["w","x","y"]}'),
    "expected 3 offsets of its logits as calibration of the item head",
  ],
  [
    "a calibration without a head",
    said("calibration", '{"domain":{"temperature":1,"offsets":[0,0]}}'),
    "expected a positive temperature as calibration of the item head, got none",
  ],
  [
    "sizes that cannot be",
    said("sizes", '{"inputs":-1,"hidden":[],"domains":2,"items":4}'),
    "expected sizes {inputs, hidden}",
  ],
  [
    "a training that is null",
    said("training", "null"),
    'expected a JSON object in metadata "training", got null',
  ],
  [
    "a training that is not JSON",
    said("training", "{"),
    'expected JSON in metadata "training", got {',
  ],
  [
    "a kept class that does not exist",
    withLabel("replay.items", 4),
    "Cannot read tensor replay.labels.item: expected labels in [0, 4), got 4",
  ],
  [
    "a kept class below zero",
    withLabel("guard.domains", -1),
    "Cannot read tensor guard.labels.domain: expected labels in [0, 2), got -1",
  ],
  [
    "kept labels as doubles",
    labelsOf("replay.items", { dtype: "F64", data: new Uint8Array(8 * 6) }),
    "Cannot read tensor replay.items: expected I32 [6], got F64 [6]",
  ],
  [
    "too few kept labels",
    labelsOf("replay.items", { shape: [5], data: new Uint8Array(4 * 5) }),
    "Cannot read tensor replay.labels.item: expected F64 [6], got F64 [5]",
  ],
];

for (const [title, damage, message] of DAMAGES) {
  Deno.test(`a file of the former format with ${title} is refused by name`, async () => {
    const bytes = tandem1BytesOf(structuredClone(STATE), damage);
    await assertRejects(
      () => readState(decodeSafetensors(bytes)),
      CheckpointError,
      message,
    );
  });
}

const STRANGE = ["1", '""', "[]", "{}", '{"total":"x"}', "[null]"];

Deno.test("a story that makes no sense is refused, or read for what it is, but never a crash", async () => {
  for (const key of ["plan", "history", "sums", "figures", "best"]) {
    for (const value of STRANGE) {
      const bytes = tandem1BytesOf(
        STATE,
        said("training", `{"note":"kept","${key}":${value}}`),
      );
      const { training } = await readState(decodeSafetensors(bytes));
      assertEquals(training.note, "kept", `${key}: ${value}`);
    }
  }
});
