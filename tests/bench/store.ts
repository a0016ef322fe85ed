/**
 * What keeping a version costs in a local file, for heads of 34 classes on 512
 * features with two moments.
 *
 * @module
 */

import type { Draft } from "../../src/store/draft.ts";
import { openEngine } from "../../src/store/open.ts";
import { ModelStore } from "../../src/store/store.ts";
import type { Figure } from "./figures.ts";
import { timeOf } from "./timing.ts";

const FEATURES = 512;

/** Times a commit, a load, and the look that most predictions are spared. */
export async function* store(): AsyncGenerator<Figure> {
  const folder = await Deno.makeTempDir();
  const engine = await openEngine(`${folder}/store.kv`);
  const store = new ModelStore(engine, { sha256: "0".repeat(64), step: 0 });
  const next = drafts();
  const figure = { bench: "store", unit: "ms" } as const;
  try {
    yield {
      ...figure,
      name: "commit heads and moments",
      value: await timeOf(async () => {
        const head = await store.head();
        if (!await store.commit(head, await store.prepare(head, next()))) {
          throw new Error("Lost the race");
        }
      }),
    };
    const { manifest } = await store.head();
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
  const heads = [["domain", 3], ["item", 31]] as const;
  const tensors = heads.flatMap(([head, classes]) =>
    ["", ".exp_avg", ".exp_avg_sq"].flatMap((slot) => [
      {
        name: `head.${head}.weight${slot}`,
        shape: [classes, FEATURES],
        values: random(FEATURES * classes),
      },
      {
        name: `head.${head}.bias${slot}`,
        shape: [classes],
        values: random(classes),
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

function random(length: number): Float32Array {
  const bytes = new Uint8Array(4 * length);
  for (let i = 0; i < bytes.length; i += 65536) {
    crypto.getRandomValues(bytes.subarray(i, i + 65536));
  }
  return new Float32Array(bytes.buffer);
}
