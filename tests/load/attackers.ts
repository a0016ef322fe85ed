/**
 * A thread of attackers: told of a server and a request, each of them sends it over
 * and over; told to stop, they say what they were answered.
 *
 * @module
 */

import { Client, KEY } from "./client.ts";
import type { Hostile } from "./worst.ts";

/** The thread's side of the port; `self` is typed as a window. */
const port = self as unknown as {
  onmessage: (event: MessageEvent<Attack | "stop">) => void;
  postMessage(said: string): void;
};

interface Attack {
  readonly url: string;
  readonly hostile: Hostile;
  readonly count: number;
}

const statuses = new Map<number, number>();
let over = false;
let attackers: Promise<void>[] = [];

port.onmessage = async ({ data }) => {
  if (data !== "stop") {
    attackers = Array.from({ length: data.count }, (_, n) => attack(data, n));
    return;
  }
  over = true;
  await Promise.all(attackers);
  port.postMessage(
    [...statuses].map(([status, count]) => `${count}× ${status}`).join(", "),
  );
};

async function attack({ url, hostile }: Attack, n: number): Promise<void> {
  const client = new Client({ url }, `127.0.0.${10 + n}`);
  while (!over) {
    const { status } = await client.post(hostile.path, hostile.body, {
      "Content-Type": hostile.type,
      Authorization: `Bearer ${KEY}`,
    });
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  client.close();
}
