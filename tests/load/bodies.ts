/** Many large bodies at once. @module */

import { pause } from "../../src/waiting.ts";
import { residentMemory, type Server } from "../bench/server.ts";
import { Client } from "./client.ts";
import { MOST_MEMORY, type Shown } from "./sending.ts";

const BODIES = 60;
const BYTES = 9_000_000;

/** Sixty bodies of nine megabytes at once, for a while. */
export async function* bodies(
  server: Server,
  seconds: number,
): AsyncGenerator<Shown> {
  const body = new Uint8Array(BYTES).fill(0x5b);
  const before = await residentMemory(server);
  const statuses = new Map<number, number>();
  let most = before;
  const end = performance.now() + 1000 * seconds;
  const send = async (n: number) => {
    const client = new Client(server, `127.0.0.${10 + n}`);
    while (performance.now() < end) {
      const { status } = await client.post("/predict", body);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    client.close();
  };
  const watch = async () => {
    while (performance.now() < end) {
      most = Math.max(most, await residentMemory(server));
      await pause(100);
    }
  };
  await Promise.all([
    watch(),
    ...Array.from({ length: BODIES }, (_, n) => send(n)),
  ]);
  const said = [...statuses].map(([status, count]) => `${count}× ${status}`)
    .join(", ");
  yield {
    text: `${BODIES} bodies of 9 MB at once (${said}): ${
      before.toFixed(0)
    } MB before, ${most.toFixed(0)} at most`,
    holds: most < MOST_MEMORY,
  };
}
