/** A whole training step, and a forward pass of one row, beside the peers'. @module */

import { widthOf } from "../../src/heads/kinds.ts";
import { forward } from "../../src/model/network.ts";
import { Random } from "../../src/nn/prng.ts";
import { adam } from "../../src/optim/adam.ts";
import { setLabels } from "../../src/train/loss.ts";
import { trainStep } from "../../src/train/step.ts";
import { createTrainer, initialize } from "../../src/train/trainer.ts";
import { twoHeads } from "../heads/specs.ts";
import { type Line, mediansOf, type StepTime } from "./figures.ts";
import { findPeers, runPeer } from "./peers.ts";
import { OURS, ratiosOf } from "./ratios.ts";
import { SHAPES } from "./shapes.ts";
import type { Request } from "./subject.ts";
import { timeOf } from "./timing.ts";

/** As many columns as the shipped model has, in two heads. */
const HEADS = twoHeads(3, 31);
const MEASURE_MS = 400;
/** So low that the batch is not learned: its gradients would shrink to subnormal numbers, which are slow. */
const RATE = 1e-7;
/** A second thread runs code that is not yet optimized for a second longer than the first. */
const WARM_UP_MS = 1500;

/**
 * Times steps at the peers' shapes, on one thread and on two; with peers, all
 * sides in turn, round after round, so that a change in the machine's speed
 * meets them alike.
 */
export async function* step(
  { peers: folder, rounds, note }: Request,
): AsyncGenerator<Line> {
  const threads = navigator.hardwareConcurrency > 1 ? [1, 2] : [1];
  const peers = folder === undefined ? [] : await findPeers(folder, note);
  const lines: StepTime[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const count of threads) lines.push(...await ours(count));
    for (const peer of peers) lines.push(...await runPeer(peer, note));
  }
  const medians = mediansOf(lines);
  yield* medians;
  yield* ratiosOf(medians);
}

async function ours(threads: number): Promise<StepTime[]> {
  const lines: StepTime[] = [];
  for (const shape of SHAPES) lines.push(await timeShape(shape, threads));
  return lines;
}

async function timeShape(
  { inputs, hidden, batch }: typeof SHAPES[number],
  threads: number,
): Promise<StepTime> {
  const sizes = { inputs, hidden, heads: HEADS };
  using trainer = await createTrainer(sizes, adam(), batch, threads);
  const { kernels, network, workspace } = trainer;
  initialize(network, 1);
  const random = Random.fromSeed(1);
  workspace.activations.inputs.forEach((_, i, values) =>
    values[i] = 2 * random.uniform() - 1
  );
  for (let row = 0; row < batch; row++) {
    setLabels(
      HEADS,
      workspace.labels,
      row,
      (head) => row % widthOf(HEADS[head]!),
    );
  }
  const options = { learningRate: RATE };
  const take = () => void trainStep(trainer, batch, options);
  const one = () => forward(kernels, network, workspace.activations, 1);
  return {
    peer: `${OURS} x${threads}`,
    inputs,
    hidden,
    batch,
    step_ms: await timeOf(take, MEASURE_MS, WARM_UP_MS),
    forward1_ms: await timeOf(one, 100),
  };
}
