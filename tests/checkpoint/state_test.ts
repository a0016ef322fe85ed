import { assert, assertEquals, assertRejects } from "@std/assert";
import { encodeSafetensors } from "../../src/checkpoint/safetensors.ts";
import { decodeSafetensors } from "../../src/checkpoint/safetensors_reader.ts";
import { tensorsOf } from "../../src/checkpoint/state.ts";
import {
  readExamples,
  readModel,
  readMoments,
  readServingModel,
  readState,
} from "../../src/checkpoint/state_reader.ts";
import { CheckpointError } from "../../src/errors.ts";
import { PREPROCESSING } from "../../src/image/descriptor.ts";
import {
  BYTE_WEIGHT,
  floatsOf,
  roundToBytes,
} from "../../src/model/quantize.ts";
import {
  type ModelState,
  momentsFrom,
  parametersFrom,
  stepOf,
} from "../../src/model/state.ts";
import { createOptimizer } from "../../src/optim/registry.ts";
import { fit } from "../../src/train/fit.ts";
import { rememberExamples } from "../../src/train/memory.ts";
import { measureStandardization } from "../../src/train/standardize.ts";
import { createTrainer, initialize } from "../../src/train/trainer.ts";
import { allRows, patternExamples } from "../train/examples.ts";

const SIZES = { inputs: 12, hidden: [9, 10], domains: 2, items: 3 };

async function trainedState(): Promise<ModelState> {
  const examples = patternExamples(SIZES, 3);
  const rows = allRows(examples.length);
  const trainer = await createTrainer(SIZES, createOptimizer("adamw"), 6);
  initialize(trainer.network, 1);
  measureStandardization(
    examples,
    rows,
    [SIZES.inputs],
    trainer.standardization,
  );
  await fit(trainer, examples, rows, {
    epochs: 2,
    batchSize: 6,
    learningRate: 0.01,
    schedule: "constant",
    labelSmoothing: 0,
    inputDropout: 0,
    cellDropout: 0,
    hiddenDropout: 0,
    mixup: 0,
    maxGradientNorm: 0,
    keep: "last",
    patience: 0,
    seed: 1,
  }, 0);
  return {
    sizes: SIZES,
    labels: { domains: ["studio", "ünïcode"], items: ["<b>", "mug", "pen"] },
    preprocessing: PREPROCESSING,
    calibration: {
      domain: { temperature: 1.25, offsets: [-0.1, 1 / 3] },
      item: { temperature: 0.1 + 0.2, offsets: [0, 1e-9, -2] },
    },
    optimizer: { name: "adamw", options: trainer.optimizer.options },
    training: { note: "any JSON", values: [1, null, true] },
    standardization: {
      mean: trainer.standardization.mean.slice(),
      inverseDeviation: trainer.standardization.inverseDeviation.slice(),
    },
    parameters: parametersFrom(trainer.network),
    moments: momentsFrom(trainer.state, trainer.optimizer.slots),
    replay: rememberExamples(examples, rows, SIZES.inputs, 1, 1)!,
    guard: rememberExamples(examples, rows, SIZES.inputs, 2, 2)!,
  };
}

function bytesOf(
  state: ModelState,
  change: (parts: ReturnType<typeof tensorsOf>) => void = () => {},
): Uint8Array {
  const parts = tensorsOf(state);
  change(parts);
  const chunks = encodeSafetensors(parts.tensors, parts.metadata);
  return new Uint8Array(chunks.flatMap((chunk) => [...chunk]));
}

Deno.test("a state comes back from its bytes as it was, and gives the same bytes again", async () => {
  const state = await trainedState();
  const bytes = bytesOf(state);
  const back = await readState(decodeSafetensors(bytes));
  assertEquals(back, state);
  assertEquals(bytesOf(back), bytes);
  assertEquals(stepOf(back.moments), 6);
});

Deno.test("tensors have PyTorch's names and shapes", async () => {
  const { header } = decodeSafetensors(bytesOf(await trainedState()));
  const shape = (name: string) => header.tensors.get(name)?.shape;
  assertEquals(shape("trunk.0.weight"), [9, 12]);
  assertEquals(shape("trunk.1.bias"), [10]);
  assertEquals(shape("head.domain.weight"), [2, 10]);
  assertEquals(shape("head.item.weight"), [3, 10]);
  assertEquals(shape("optim.head.item.weight.exp_avg_sq"), [3, 10]);
  assertEquals(shape("optim.head.item.weight.step"), []);
  assertEquals(header.tensors.get("replay.descriptors")?.dtype, "U8");
});

/** A state whose first weight lies on a grid of bytes. */
async function finishedState(): Promise<ModelState> {
  const state = await trainedState();
  const weight = roundToBytes(state.parameters.get(BYTE_WEIGHT)!, 9);
  return {
    ...state,
    parameters: new Map([...state.parameters, [
      BYTE_WEIGHT,
      floatsOf(weight),
    ]]),
  };
}

Deno.test("a rounded first weight is stored in bytes with a scale per row, and comes back as the floats it was", async () => {
  const state = await finishedState();
  const bytes = bytesOf(state);
  const reader = decodeSafetensors(bytes);
  const { tensors } = reader.header;
  assertEquals(
    ["", ".scale"].map((suffix) => {
      const { dtype, shape } = tensors.get(BYTE_WEIGHT + suffix)!;
      return { dtype, shape };
    }),
    [{ dtype: "I8", shape: [9, 12] }, { dtype: "F32", shape: [9] }],
  );
  const values = new Int8Array((await reader.read(BYTE_WEIGHT)).buffer);
  const scale = new Float32Array(
    (await reader.read(`${BYTE_WEIGHT}.scale`)).buffer,
  );
  assertEquals(
    Array.from(values, (value, at) => value * scale[Math.floor(at / 12)]!),
    Array.from(state.parameters.get(BYTE_WEIGHT)!),
  );
  const back = await readState(reader);
  assertEquals(back, state);
  assertEquals(bytesOf(back), bytes);
});

Deno.test("written as floats, a rounded model is the same model", async () => {
  const state = await finishedState();
  const { tensors, metadata } = tensorsOf(state, { bytes: false });
  assert(tensors.every(({ dtype }) => dtype !== "I8"));
  const chunks = encodeSafetensors(tensors, metadata);
  const floats = decodeSafetensors(
    new Uint8Array(chunks.flatMap((chunk) => [...chunk])),
  );
  assertEquals(await readState(floats), state);
  assertEquals(
    await readServingModel(floats),
    await readServingModel(decodeSafetensors(bytesOf(state))),
  );
});

Deno.test("the best weights so far are stored as they are, beside a rounded model", async () => {
  const state = await finishedState();
  const { parameters, moments } = state;
  const both = { ...state, best: { parameters, moments } };
  const reader = decodeSafetensors(bytesOf(both));
  assertEquals(reader.header.tensors.get(`best.${BYTE_WEIGHT}`)?.dtype, "F32");
  assertEquals(await readState(reader), both);
});

Deno.test("a model is read for a server in bytes, rounded where it is not; floats only of the rest", async () => {
  const [exact, plain] = [await finishedState(), await trainedState()];
  const models = await Promise.all(
    [exact, plain].map((state) =>
      readServingModel(decodeSafetensors(bytesOf(state)))
    ),
  );
  for (const [i, state] of [exact, plain].entries()) {
    const { byteWeight, parameters } = models[i]!;
    assertEquals(
      byteWeight,
      roundToBytes(state.parameters.get(BYTE_WEIGHT)!, 9),
    );
    const rest = new Map(state.parameters);
    rest.delete(BYTE_WEIGHT);
    assertEquals(parameters, rest);
  }
});

Deno.test("a model that only predicts reads neither moments nor memory", async () => {
  const state = await trainedState();
  const reader = decodeSafetensors(bytesOf(state));
  const read: string[] = [];
  const model = await readModel({
    header: reader.header,
    read: (name) => (read.push(name), reader.read(name)),
  });
  assertEquals(model.parameters, state.parameters);
  assertEquals(read.length, state.parameters.size + 2);
  assert(!read.some((name) => /^(optim|replay|guard)\./.test(name)));
});

Deno.test("moments are read for the tensors asked for, and may be missing", async () => {
  const state = await trainedState();
  const reader = decodeSafetensors(bytesOf(state));
  const heads = await readMoments(
    reader,
    state,
    (name) => name.startsWith("head."),
  );
  assertEquals([...heads.keys()], [
    "head.domain.weight",
    "head.domain.bias",
    "head.item.weight",
    "head.item.bias",
  ]);
  const { replay: _, guard: __, ...without } = state;
  const bare = decodeSafetensors(bytesOf({ ...without, moments: new Map() }));
  assertEquals((await readMoments(bare, state)).size, 0);
  assertEquals(await readExamples(bare, state, "replay"), undefined);
});

const DAMAGES: [
  string,
  (parts: ReturnType<typeof tensorsOf>) => void,
  string,
][] = [
  [
    "a missing tensor",
    ({ tensors }) =>
      tensors.splice(
        tensors.findIndex(({ name }) => name === "trunk.1.bias"),
        1,
      ),
    "Cannot read tensor trunk.1.bias: expected F32 [10], got none",
  ],
  [
    "a tensor of another shape",
    ({ tensors }) => {
      const index = tensors.findIndex(({ name }) => name === "trunk.0.weight");
      tensors[index] = { ...tensors[index]!, shape: [12, 9] };
    },
    "expected F32 [9, 12], got F32 [12, 9]",
  ],
  [
    "a tensor of another type",
    ({ tensors }) => {
      const index = tensors.findIndex(({ name }) => name === "trunk.0.bias");
      tensors[index] = { ...tensors[index]!, dtype: "I32" };
    },
    "expected F32 [9], got I32 [9]",
  ],
  [
    "a weight in bytes without its scales",
    ({ tensors }) => {
      const index = tensors.findIndex(({ name }) => name === "trunk.0.weight");
      const data = new Uint8Array(9 * 12);
      tensors[index] = { ...tensors[index]!, dtype: "I8", data };
    },
    "Cannot read tensor trunk.0.weight.scale: expected F32 [9], got none",
  ],
  [
    "a weight in bytes of another shape",
    ({ tensors }) => {
      const index = tensors.findIndex(({ name }) => name === "trunk.0.weight");
      const data = new Uint8Array(9 * 12);
      tensors[index] = {
        ...tensors[index]!,
        dtype: "I8",
        shape: [12, 9],
        data,
      };
    },
    "expected I8 [9, 12], got I8 [12, 9]",
  ],
  [
    "another weight in bytes",
    ({ tensors }) => {
      const index = tensors.findIndex(({ name }) => name === "trunk.1.weight");
      const data = new Uint8Array(10 * 9);
      tensors[index] = { ...tensors[index]!, dtype: "I8", data };
    },
    "expected F32 [10, 9], got I8 [10, 9]",
  ],
  [
    "another format",
    ({ metadata }) => metadata.format = "pt",
    'expected metadata format "tandem-1"',
  ],
  [
    "missing metadata",
    ({ metadata }) => delete metadata.labels,
    'expected metadata "labels"',
  ],
  [
    "metadata that is not JSON",
    ({ metadata }) => metadata.sizes = "{",
    'metadata "sizes"',
  ],
  [
    "sizes that are null",
    ({ metadata }) => metadata.sizes = "null",
    "expected sizes",
  ],
  [
    "sizes that cannot be",
    ({ metadata }) =>
      metadata.sizes = '{"inputs":0,"hidden":[],"domains":2,"items":3}',
    "expected sizes",
  ],
  [
    "too few labels",
    ({ metadata }) =>
      metadata.labels = '{"domains":["a"],"items":["x","y","z"]}',
    "expected 2 different labels of domains",
  ],
  [
    "the same label twice",
    ({ metadata }) =>
      metadata.labels = '{"domains":["a","b"],"items":["x","x","z"]}',
    "expected 3 different labels of items",
  ],
  [
    "a temperature that divides by zero",
    ({ metadata }) =>
      metadata.calibration =
        '{"domain":{"temperature":1,"offsets":[0,0]},"item":{"temperature":0}}',
    "expected a positive temperature of the item head, got 0",
  ],
  [
    "a class without an offset",
    ({ metadata }) =>
      metadata.calibration = '{"domain":{"temperature":1,"offsets":[0]}}',
    "expected 2 offsets of the domain head's logits, got [0]",
  ],
  [
    "an offset that is no number",
    ({ metadata }) =>
      metadata.calibration = '{"domain":{"temperature":1,"offsets":[0,null]}}',
    "expected 2 offsets of the domain head's logits, got [0,null]",
  ],
  [
    "a calibration that is null",
    ({ metadata }) => metadata.calibration = "null",
    "expected a positive temperature of the domain head",
  ],
  [
    "an unknown optimizer",
    ({ metadata }) => metadata.optimizer = '{"name":"lion","options":{}}',
    "expected a known optimizer",
  ],
  [
    "a replayed class that does not exist",
    ({ tensors }) => {
      const items = tensors.find(({ name }) => name === "replay.items")!;
      new DataView(items.data.buffer, items.data.byteOffset).setInt32(
        0,
        3,
        true,
      );
    },
    "Cannot read tensor replay.items: expected classes in [0, 3), got 3",
  ],
];

for (const [title, damage, message] of DAMAGES) {
  Deno.test(`${title} is refused by name`, async () => {
    const bytes = bytesOf(await trainedState(), damage);
    await assertRejects(
      () => readState(decodeSafetensors(bytes)),
      CheckpointError,
      message,
    );
  });
}
