/**
 * What keeping a version costs in a local file, for heads of 34 classes on 512
 * features with two moments.
 *
 * @module
 */

import { Random } from "../../src/nn/prng.ts";
import { round } from "../../src/service/rounding.ts";
import type { Draft } from "../../src/store/draft.ts";
import { openEngine } from "../../src/store/open.ts";
import { ModelStore } from "../../src/store/store.ts";
import { counting } from "../store/counting.ts";
import type { Figure } from "./figures.ts";
import { timeOf } from "./timing.ts";

const FEATURES = 512;

/** Times a commit, a load, and the look that most predictions are spared. */
export async function* store(): AsyncGenerator<Figure> {
  const folder = await Deno.makeTempDir();
  const engine = counting(await openEngine(`${folder}/store.kv`));
  const store = new ModelStore(engine, { sha256: "0".repeat(64), step: 0 });
  const next = drafts();
  const commit = async () => {
    const head = await store.head();
    const { status } = await store.commit(head, next());
    if (status === "stale") throw new Error("Lost the race");
  };
  const figure = { bench: "store", unit: "ms" } as const;
  try {
    yield {
      ...figure,
      name: "commit heads and moments",
      value: await timeOf(commit),
    };
    const { manifest } = await store.head();
    engine.reset();
    await commit();
    yield {
      bench: "store",
      name: "bytes of that, but for the log and the receipt",
      value: engine.cost.bytes / 1000,
      unit: "KB",
    };
    yield {
      ...figure,
      name: "load heads and moments",
      value: await timeOf(() => store.load(manifest)),
    };
    yield {
      ...figure,
      name: "look whether the head is the known one",
      value: await timeOf(() => store.head(manifest)),
    };
  } finally {
    await store.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Gives heads that no version has had before, at no cost worth timing. */
function drafts(): () => Draft {
  const random = Random.fromSeed(0, "heads");
  const heads = [["domain", 3], ["item", 31]] as const;
  const tensors = heads.flatMap(([head, classes]) =>
    ["", ".exp_avg", ".exp_avg_sq"].flatMap((slot) => [
      {
        name: `head.${head}.weight${slot}`,
        shape: [classes, FEATURES],
        values: values(FEATURES * classes, slot, random),
      },
      {
        name: `head.${head}.bias${slot}`,
        shape: [classes],
        values: values(classes, slot, random),
      },
    ])
  );
  let count = 0;
  return () => {
    count++;
    for (const { values } of tensors) {
      for (let i = 0; i < values.length; i += FEATURES) values[i] = count;
    }
    return { change: "finetune", step: count, steps: {}, tensors };
  };
}

/** Bell-shaped numbers, with as many digits as a fine-tune leaves them; squares have no sign. */
function values(length: number, slot: string, random: Random): Float32Array {
  const values = new Float32Array(length).map(() => {
    const value = random.uniform() + random.uniform() + random.uniform() - 1.5;
    return slot === ".exp_avg_sq" ? value * value : value;
  });
  if (slot !== "") round(values);
  return values;
}
