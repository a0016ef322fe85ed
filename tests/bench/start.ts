/** The cold start: from a process's start to its first answer. @module */

import { type Figure, median } from "./figures.ts";
import { photoJpeg } from "./photos.ts";
import { type Server, startHono, startTandem } from "./server.ts";
import type { Request as BenchRequest } from "./subject.ts";

/** Starts per round, of each. */
const STARTS = 5;

/** Times Tandem's first prediction of a JPEG of 300×300, and a Hono app's first answer. */
export async function* start(
  { rounds }: BenchRequest,
): AsyncGenerator<Figure> {
  const body = await photoJpeg(300);
  const headers = { "Content-Type": "image/jpeg" };
  const folder = await Deno.makeTempDir();
  const tandem = () =>
    firstAnswer(
      startTandem(folder),
      (url) => fetch(`${url}/predict`, { method: "POST", headers, body }),
    );
  const hono = () => firstAnswer(startHono(), (url) => fetch(url));
  try {
    // The first of each fills Deno's caches.
    await tandem();
    await hono();
    const times = { tandem: [] as number[], hono: [] as number[] };
    for (let i = 0; i < rounds * STARTS; i++) {
      times.tandem.push(await tandem());
      times.hono.push(await hono());
    }
    const [ours, theirs] = [median(times.tandem), median(times.hono)];
    const figure = { bench: "start", unit: "ms" } as const;
    yield {
      ...figure,
      name: "cold start to the first answered prediction",
      value: ours,
    };
    yield {
      ...figure,
      name: "cold start of a Hono app of one route to its first answer",
      value: theirs,
    };
    yield {
      ...figure,
      name: "cold start, Tandem ÷ Hono app",
      value: ours / theirs,
      unit: "×",
      lowerIsBetter: true,
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function firstAnswer(
  starting: Promise<Server>,
  ask: (url: string) => Promise<Response>,
): Promise<number> {
  const server = await starting;
  const response = await ask(server.url);
  const text = await response.text();
  const time = performance.now() - server.started;
  await server.stop();
  if (!response.ok) throw new Error(`The server answered: ${text}`);
  return time;
}
