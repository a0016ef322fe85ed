/** Two server processes behind nginx, on one PostgreSQL, beside one. @module */

import { hasNginx, withNginx } from "../e2e/nginx.ts";
import { type Figure, median } from "./figures.ts";
import { photoJpeg } from "./photos.ts";
import { startTandem } from "./server.ts";
import type { Request as BenchRequest } from "./subject.ts";

/** Requests under way at once. */
const CONNECTIONS = 16;
const WARM_UP_MS = 2000;
const LOAD_MS = 3000;

/**
 * Counts predictions of a JPEG of 300×300, by one process behind nginx and by two, in
 * turn. Each process decodes in its own thread, so that one of them has one core: with
 * DECODERS a single process uses several.
 */
export async function* servers(
  { rounds, note }: BenchRequest,
): AsyncGenerator<Figure> {
  const server = Deno.env.get("TEST_POSTGRES");
  if (server === undefined || !await hasNginx()) {
    note(
      "Several servers are not measured: nginx or TEST_POSTGRES is missing.",
    );
    return;
  }
  const { STORES } = await import("../store/engines.ts");
  const { setting, remove } = await STORES.find(({ name }) =>
    name === "PostgreSQL"
  )!.make();
  const folder = await Deno.makeTempDir();
  try {
    const env = { STORE: setting, DECODERS: "0" };
    const [first, second] = await Promise.all([
      startTandem(folder, env),
      startTandem(folder, env),
    ]);
    try {
      const rates = await withNginx(
        [first.url],
        (one) =>
          withNginx(
            [first.url, second.url],
            (two) => inTurn([one, two], rounds),
          ),
      );
      yield* figuresOf(rates);
    } finally {
      await Promise.all([first.stop(), second.stop()]);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
    await remove();
  }
}

/** Predictions per second at each of two addresses, in every round. */
async function inTurn(
  urls: readonly [string, string],
  rounds: number,
): Promise<[one: number, two: number][]> {
  const body = await photoJpeg(300);
  for (const url of urls) await load(url, body, WARM_UP_MS);
  const rates: [number, number][] = [];
  for (let round = 0; round < rounds; round++) {
    const [one, two] = urls;
    if (round % 2 === 0) {
      const before = await load(one, body, LOAD_MS);
      rates.push([before, await load(two, body, LOAD_MS)]);
    } else {
      const before = await load(two, body, LOAD_MS);
      rates.push([await load(one, body, LOAD_MS), before]);
    }
  }
  return rates;
}

function* figuresOf(rates: readonly [number, number][]): Generator<Figure> {
  const figure = { bench: "servers", unit: "1/s" } as const;
  yield {
    ...figure,
    name: "predictions per second, one process behind nginx",
    value: median(rates.map(([one]) => one)),
  };
  yield {
    ...figure,
    name: "predictions per second, two processes behind nginx",
    value: median(rates.map(([, two]) => two)),
  };
  yield {
    ...figure,
    name: "predictions per second, two processes ÷ one",
    value: median(rates.map(([one, two]) => two / one)),
    unit: "×",
  };
}

/** Sends requests over several connections for a while; resolves to how many a second were answered. */
async function load(
  url: string,
  body: Uint8Array<ArrayBuffer>,
  milliseconds: number,
): Promise<number> {
  const start = performance.now();
  let count = 0;
  await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    while (performance.now() < start + milliseconds) {
      const response = await fetch(`${url}/predict`, { method: "POST", body });
      const text = await response.text();
      if (!response.ok) throw new Error(`The server answered: ${text}`);
      count++;
    }
  }));
  return 1000 * count / (performance.now() - start);
}
