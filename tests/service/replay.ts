/** The log of a store, taken again step by step from the weights file. @module */

import { UNKNOWN } from "../../src/heads/head.ts";
import { changedSteps, headTensors } from "../../src/service/heads.ts";
import { Learner } from "../../src/service/learner.ts";
import { ServingNetwork } from "../../src/service/network.ts";
import { readKept } from "../../src/service/pool.ts";
import type { Weights } from "../../src/service/weights.ts";
import { shapesOf } from "../../src/model/state.ts";
import { prepareDraft } from "../../src/store/draft.ts";
import type { Engine } from "../../src/store/engine.ts";
import { baseManifest } from "../../src/store/manifest.ts";
import { ModelStore } from "../../src/store/store.ts";
import { BASE_TRUNK } from "./fixture.ts";

/** The hash of the state that all fine-tunes of a store lead to, one after the other. */
export async function replayLog(
  engine: Engine,
  weights: Weights,
): Promise<string> {
  const base = await weights.base;
  const store = new ModelStore(engine, base);
  const network = await ServingNetwork.create(weights.model);
  const kept = await readKept(network, weights);
  const learner = await Learner.create(network, kept, {
    heads: weights.model.sizes.heads,
    calibration: weights.model.calibration,
  });
  const { sizes } = weights.model;
  let heads = learner.baseHeads;
  let step = base.step;
  for (const { version, log } of (await store.manifests()).toReversed()) {
    const { steps, learningRate, features } = log!;
    const values = (await store.read([features])).get(features.name)!;
    const labels = sizes.heads.map(({ name }) =>
      log!.labels[name]!.map((label) => label ?? UNKNOWN)
    );
    const length = features.shape[0]!;
    const start = { heads, trunk: BASE_TRUNK, seed: version };
    const examples = { features: values, labels, length };
    heads =
      (await learner.learn(start, { examples, steps, learningRate })).heads;
    step += steps;
  }
  const head = { manifest: baseManifest(base), stamp: null };
  const { manifest } = await prepareDraft(base, head, {
    change: "finetune",
    step,
    steps: changedSteps({}, heads, learner.baseHeads),
    tensors: headTensors(
      heads,
      learner.baseHeads,
      shapesOf(weights.model),
    ),
  });
  return manifest.sha256;
}
