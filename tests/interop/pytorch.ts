/**
 * Shows that PyTorch reads an exported state and goes on from it as we do: ten
 * steps of the whole network, with heads of every kind, must agree to 1e-5. It
 * also reads the served weights file, whose first weight is in bytes.
 *
 *   deno run -A tests/interop/pytorch.ts
 *
 * It says so and exits 0 where there is no python3 (or PYTHON) with PyTorch and
 * safetensors.
 *
 * @module
 */

import { encodeSafetensors } from "../../src/checkpoint/safetensors.ts";
import { decodeSafetensors } from "../../src/checkpoint/safetensors_reader.ts";
import { tensorsOf } from "../../src/checkpoint/state.ts";
import { readState } from "../../src/checkpoint/state_reader.ts";
import { UNKNOWN } from "../../src/heads/head.ts";
import { kindOf } from "../../src/heads/kinds.ts";
import {
  loadMoments,
  loadParameters,
  type ModelState,
  momentsFrom,
  parametersFrom,
} from "../../src/model/state.ts";
import { Random } from "../../src/nn/prng.ts";
import { createOptimizer } from "../../src/optim/registry.ts";
import { setLabels } from "../../src/train/loss.ts";
import { trainStep } from "../../src/train/step.ts";
import { createTrainer } from "../../src/train/trainer.ts";
import {
  fixtureWeights,
  FOUR_HEADS,
  lesson,
  modelBytes,
  openFixture,
} from "../service/fixture.ts";

const PYTHON = Deno.env.get("PYTHON") ?? "python3";
const EXAMPLES = 12;
/** An image and its mirror image. */
const ROWS_PER_EXAMPLE = 2;
const ROWS = EXAMPLES * ROWS_PER_EXAMPLE;
const STEPS = 10;
const LEARNING_RATE = 1e-3;
const TOLERANCE = 1e-5;

interface Batch {
  /** [ROWS, inputs], standardized; rows b and EXAMPLES + b tell of example b. */
  readonly x: Float32Array;
  /** [EXAMPLES] for each head, in the heads' order; some are unknown. */
  readonly labels: readonly Float64Array[];
}

const MODEL = { heads: FOUR_HEADS, guard: false };

/** An exported state, some fine-tunes after its weights file. */
async function exported(): Promise<Uint8Array> {
  const { service } = await openFixture({
    weights: await fixtureWeights(MODEL),
  });
  for (let i = 0; i < 3; i++) {
    const labels = [[i % 2], [i % 2], [i], [20 + i]];
    await service.finetune(lesson(i, { labels, learningRate: 1e-3 }));
  }
  const { chunks } = await (await service.transfer()).export();
  await service.close();
  return new Uint8Array(
    await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer(),
  );
}

function drawBatch({ sizes }: ModelState): Batch {
  const random = Random.fromSeed(1, "interop");
  return {
    x: Float32Array.from(
      { length: ROWS * sizes.inputs },
      () => 2 * random.uniform() - 1,
    ),
    labels: sizes.heads.map((head, h) =>
      Float64Array.from({ length: EXAMPLES }, (_, n) => {
        if ((n + h) % 5 === 4) return UNKNOWN;
        const groups = kindOf(head).groups(head).length;
        return groups > 0 ? random.below(groups) : 10 + 20 * random.uniform();
      })
    ),
  };
}

async function continued(
  state: ModelState,
  { x, labels: known }: Batch,
): Promise<ModelState> {
  const optimizer = createOptimizer(
    state.optimizer.name,
    state.optimizer.options,
  );
  using trainer = await createTrainer(
    state.sizes,
    optimizer,
    EXAMPLES,
    1,
    ROWS_PER_EXAMPLE,
  );
  const { network, workspace } = trainer;
  loadParameters(network, state.parameters);
  loadMoments(trainer.state, optimizer.slots, state.moments);
  const { inputs } = state.sizes;
  const { activations, labels } = workspace;
  for (let row = 0; row < ROWS; row++) {
    activations.inputs.set(
      x.subarray(row * inputs, (row + 1) * inputs),
      row * activations.inputStride,
    );
  }
  for (let example = 0; example < EXAMPLES; example++) {
    setLabels(
      state.sizes.heads,
      labels,
      example,
      (head) => known[head]![example]!,
    );
  }
  for (let step = 0; step < STEPS; step++) {
    trainStep(trainer, EXAMPLES, { learningRate: LEARNING_RATE });
  }
  return {
    ...state,
    parameters: parametersFrom(network),
    moments: momentsFrom(trainer.state, optimizer.slots),
  };
}

function batchFile({ x, labels }: Batch): Uint8Array[] {
  const bytes = ({ buffer }: ArrayBufferView) =>
    new Uint8Array(buffer as ArrayBuffer);
  return encodeSafetensors([
    { name: "x", dtype: "F32", shape: [ROWS, x.length / ROWS], data: bytes(x) },
    ...FOUR_HEADS.map(({ name }, h) => ({
      name,
      dtype: "F64" as const,
      shape: [EXAMPLES],
      data: bytes(labels[h]!),
    })),
  ]);
}

async function python(
  ...args: string[]
): Promise<{ ok: boolean; text: string }> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(PYTHON, { args })
      .output();
    return {
      ok: success,
      text: new TextDecoder().decode(success ? stdout : stderr),
    };
  } catch (error) {
    return { ok: false, text: String(error) };
  }
}

async function main(): Promise<number> {
  if (!(await python("-c", "import torch, safetensors")).ok) {
    console.log(
      "Skipped: there is no Python with PyTorch and safetensors here.",
    );
    return 0;
  }
  const folder = await Deno.makeTempDir();
  try {
    const before = await exported();
    const state = await readState(decodeSafetensors(before));
    const batch = drawBatch(state);
    const { tensors, metadata } = tensorsOf(await continued(state, batch));
    const files = {
      served: [modelBytes(MODEL)],
      before: [before],
      batch: batchFile(batch),
      after: encodeSafetensors(tensors, metadata),
    };
    for (const [name, chunks] of Object.entries(files)) {
      await Deno.writeFile(
        `${folder}/${name}.safetensors`,
        ReadableStream.from(chunks),
      );
    }
    const paths = Object.keys(files).map((name) =>
      `${folder}/${name}.safetensors`
    );
    const script = new URL("./pytorch.py", import.meta.url).pathname;
    const { ok, text } = await python(
      script,
      ...paths,
      String(STEPS),
      String(LEARNING_RATE),
    );
    console.log(text.trim());
    if (!ok) return 1;
    const { parameter, moment } = JSON.parse(text);
    const agrees = parameter <= TOLERANCE && moment <= TOLERANCE;
    console.log(
      `${
        agrees ? "Agrees" : "Does not agree"
      } with PyTorch to ${TOLERANCE} after ${STEPS} steps.`,
    );
    return agrees ? 0 : 1;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.exit(await main());
