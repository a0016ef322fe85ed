/** Servers that learn one step after the other, and what their store must hold then. @module */

import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import { readWeights, type Weights } from "../../src/service/weights.ts";
import type { Engine } from "../../src/store/engine.ts";
import { openEngine } from "../../src/store/open.ts";
import { ModelStore } from "../../src/store/store.ts";
import { DATA_URL } from "../routes/fixture.ts";
import {
  modelBytes,
  PLACES,
  THINGS,
  TRAINED_STEPS,
} from "../service/fixture.ts";
import { replayLog } from "../service/replay.ts";
import { type Server, startServer } from "./server.ts";

const KEY = "train";

/** The bytes of the model that they serve. */
export const model = modelBytes({ guard: false });

/** Starts a server on a store. */
export const start = (model: string, store: string, keepVersions = 1_000_000) =>
  startServer(["run", "-A", "routes/start.ts"], {
    HOST: "127.0.0.1",
    PORT: "0",
    MODEL: model,
    STORE: store,
    FINETUNE_KEY: KEY,
    ADMIN_KEY: "admin",
    KEEP_VERSIONS: String(keepVersions),
  });

/** Asks a server for one step, the `n`-th of its kind. */
export function finetune(
  { url }: Server,
  n: number,
  headers: Record<string, string> = {},
): Promise<Response> {
  const example = {
    image: DATA_URL,
    place: PLACES[n % PLACES.length],
    thing: THINGS[n % THINGS.length],
  };
  return fetch(`${url}/finetune`, {
    method: "POST",
    body: JSON.stringify({ examples: [example], mode: "steps", steps: 1 }),
    headers: {
      "Content-Type": "application/json",
      Authorization: `Bearer ${KEY}`,
      ...headers,
    },
  });
}

/** Looks into a store without a server. */
async function look<T>(
  setting: string,
  see: (store: ModelStore, engine: Engine, weights: Weights) => Promise<T>,
): Promise<T> {
  const engine = await openEngine(setting);
  try {
    const weights = await readWeights(model);
    const store = new ModelStore(engine, await weights.base);
    return await see(store, engine, weights);
  } finally {
    await engine.close();
  }
}

/** Checks that versions lead from the newest, `count`, to the weights file, each made of the one before it. */
async function checkParents(store: ModelStore, count: number): Promise<void> {
  const line = (await store.manifests()).map((
    { version, parent },
  ) => [version, parent]);
  assertEquals(
    line,
    Array.from({ length: count }, (_, i) => [count - i, count - i - 1]),
  );
}

/**
 * Checks that the store holds one line of versions from the weights file to its
 * head, at least `acknowledged` long, and that the head's bytes have their hashes.
 */
export function checkLine(
  setting: string,
  acknowledged: number,
): Promise<void> {
  return look(setting, async (store) => {
    const { manifest } = await store.head();
    assertGreaterOrEqual(manifest.version, acknowledged);
    await store.load(manifest);
    await checkParents(store, manifest.version);
  });
}

/** Checks that the store holds `count` fine-tunes in one line, and that their log leads to its head. */
export function checkChain(setting: string, count: number): Promise<void> {
  return look(setting, async (store, engine, weights) => {
    const { manifest } = await store.head();
    assertEquals([manifest.version, manifest.step], [
      count,
      TRAINED_STEPS + count,
    ]);
    await checkParents(store, count);
    assertEquals(await replayLog(engine, weights), manifest.sha256);
  });
}
