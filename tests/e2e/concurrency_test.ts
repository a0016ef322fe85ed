import { assert, assertEquals, assertGreater } from "@std/assert";
import { readWeights } from "../../src/service/weights.ts";
import { collect } from "../../src/store/collect.ts";
import { blobsOf } from "../../src/store/manifest.ts";
import { openEngine } from "../../src/store/open.ts";
import { ModelStore } from "../../src/store/store.ts";
import { testStores } from "../store/engines.ts";
import { TRAINED_STEPS } from "../service/fixture.ts";
import { checkChain, checkLine, finetune, model, start } from "./chain.ts";
import { type Server, withFolder } from "./server.ts";

/** More of each where the environment asks for it. */
const CLIENTS = Number(Deno.env.get("TEST_CLIENTS") ?? 8);
const REQUESTS = Number(Deno.env.get("TEST_REQUESTS") ?? 4);
const KILLS = Number(Deno.env.get("TEST_KILLS") ?? 4);

/** Sends every client's requests to its server, one after the other; resolves to how many were accepted. */
async function hammer(servers: readonly Server[]): Promise<number> {
  let accepted = 0;
  await Promise.all(Array.from({ length: CLIENTS }, async (_, client) => {
    for (let i = 0; i < REQUESTS; i++) {
      const server = servers[client % servers.length]!;
      const response = await finetune(server, client * REQUESTS + i);
      const body = await response.json();
      if (response.status === 200) accepted++;
      else assert([409, 503].includes(response.status), JSON.stringify(body));
    }
  }));
  assertGreater(accepted, CLIENTS * REQUESTS / 2);
  return accepted;
}

testStores(
  "four processes share a store: one line of versions, no step lost or doubled",
  async (setting) => {
    await withFolder(model, async (files) => {
      const servers = await Promise.all(
        [0, 1, 2, 3].map(() => start(files.model, setting)),
      );
      const accepted = await hammer(servers);
      // A process learns of the others' versions within a second.
      await new Promise((resolve) => setTimeout(resolve, 1000));
      for (const server of servers) {
        const health = await (await fetch(`${server.url}/healthz`)).json();
        const step = TRAINED_STEPS + accepted;
        assertEquals([health.version, health.step], [accepted, step]);
      }
      await Promise.all(servers.map((server) => server.stop()));
      await checkChain(setting, accepted);
    });
  },
);

testStores(
  "while four processes write, old versions go, and what stays is whole",
  async (setting) => {
    await withFolder(model, async (files) => {
      const servers = await Promise.all(
        [0, 1, 2, 3].map(() => start(files.model, setting, 3)),
      );
      const accepted = await hammer(servers);
      await Promise.all(servers.map((server) => server.stop()));
      const engine = await openEngine(setting);
      try {
        const store = new ModelStore(
          engine,
          await (await readWeights(model)).base,
        );
        assertEquals((await store.head()).manifest.version, accepted);
        while ((await collect(store, 3))?.length !== 0);
        const kept = await store.manifests();
        assertEquals(kept.map(({ version }) => version), [
          accepted,
          accepted - 1,
          accepted - 2,
        ]);
        for (const manifest of kept) await store.load(manifest);
        const blobs = new Set(
          kept.flatMap(blobsOf).map(({ sha256 }) => sha256),
        );
        const stored = await engine.list([...store.root, "blobs"]);
        assertEquals(new Set(stored.map(({ key }) => key.at(-2)!)), blobs);
      } finally {
        await engine.close();
      }
    });
  },
);

testStores(
  "killed at any moment, a server keeps every acknowledged step, and none twice",
  async (setting) => {
    await withFolder(model, async (files) => {
      const answers = new Map<number, unknown>();
      let sent = 0;
      const send = async (server: Server, n: number) => {
        const response = await finetune(server, n, {
          "Idempotency-Key": `request ${n}`,
        });
        assertEquals(response.status, 200, server.said());
        const answer = await response.json();
        assertEquals(answers.get(n) ?? answer, answer);
        answers.set(n, answer);
      };
      for (let kill = 0; kill < KILLS; kill++) {
        const server = await start(files.model, setting);
        const [repeated] = [...answers.keys()].slice(-1);
        if (repeated !== undefined) await send(server, repeated);
        const stop = answers.size + 1 + kill % 5;
        const clients = Array.from({ length: 3 }, async () => {
          for (;;) await send(server, sent++);
        });
        const answered = async () => {
          while (answers.size < stop) {
            await new Promise((resolve) => setTimeout(resolve, 1 + kill % 7));
          }
        };
        // No client fails before the kill; all do then.
        await Promise.race([answered(), ...clients]);
        await server.stop("SIGKILL");
        await Promise.allSettled(clients);
        await checkLine(setting, answers.size);
      }
      const server = await start(files.model, setting);
      for (let n = 0; n < sent; n++) await send(server, n);
      assertEquals((await server.stop()).code, 0);
      const versions = [...answers.values()].map((answer) =>
        (answer as { version: { after: number } }).version.after
      );
      assertEquals(
        versions.toSorted((a, b) => a - b),
        Array.from({ length: sent }, (_, i) => i + 1),
      );
      await checkChain(setting, sent);
    });
  },
);
