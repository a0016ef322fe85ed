/** The log of a store, taken again step by step from the weights file. @module */

import { changedSteps, headTensors } from "../../src/service/heads.ts";
import { Learner } from "../../src/service/learner.ts";
import { ServingNetwork } from "../../src/service/network.ts";
import type { Weights } from "../../src/service/weights.ts";
import { shapesOf } from "../../src/model/state.ts";
import type { Engine } from "../../src/store/engine.ts";
import { baseManifest } from "../../src/store/manifest.ts";
import { ModelStore } from "../../src/store/store.ts";

/** The hash of the state that all fine-tunes of a store lead to, one after the other. */
export async function replayLog(
  engine: Engine,
  weights: Weights,
): Promise<string> {
  const store = new ModelStore(engine, await weights.base);
  const network = await ServingNetwork.create(weights.model);
  const learner = await Learner.create(network, weights);
  const base = learner.baseHeads;
  let heads = base;
  let step = (await weights.base).step;
  for (const { version, log } of (await store.manifests()).toReversed()) {
    const { steps, learningRate, domains, items, features } = log!;
    const values = (await store.read([features])).get(features.name)!;
    const start = { heads, parameters: new Map(), trunk: "", seed: version };
    const examples = { features: values, domains, items };
    heads =
      (await learner.learn(start, { examples, steps, learningRate })).heads;
    step += steps;
  }
  const { manifest } = await store.prepare({
    manifest: baseManifest(await weights.base),
    stamp: null,
  }, {
    change: "finetune",
    step,
    steps: changedSteps({}, heads, base),
    tensors: headTensors(heads, base, shapesOf(weights.model)),
  });
  return manifest.sha256;
}
