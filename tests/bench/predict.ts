/** POST /predict with a JPEG of 300×300: in this process, and on a server under load. @module */

import { createApp } from "../../routes/app.ts";
import { lazyService } from "../../routes/serving.ts";
import { usePixels } from "../../src/image/decode.ts";
import { DEFAULT_LIMITS } from "../../src/image/limits.ts";
import { readSettings } from "../../src/service/settings.ts";
import type { Figure } from "./figures.ts";
import { photoJpeg } from "./photos.ts";
import { residentMemory, type Server, startTandem } from "./server.ts";
import { timesOf } from "./timing.ts";

/** Requests under way at once. */
const CONNECTIONS = 8;
const WARM_UP_MS = 1500;
const LOAD_MS = 5000;
const WITHOUT_NETWORK_MS = 1000;
const MEMORY_EVERY_MS = 500;

type Send = (url: string) => Promise<Response>;

/** Times a prediction; measures requests per second and the server's memory. */
export async function* predict(): AsyncGenerator<Figure> {
  const body = await photoJpeg(300);
  const headers = { "Content-Type": "image/jpeg" };
  const [decoding, prediction] = await timeWithoutNetwork(body, headers);
  const figure = { bench: "predict", unit: "ms" } as const;
  yield { ...figure, name: "decode a JPEG, 300×300", value: decoding };
  yield {
    ...figure,
    name: "a prediction of it, without a network",
    value: prediction,
  };
  yield {
    ...figure,
    name: "share of that prediction that is not decoding",
    value: 100 * (1 - decoding / prediction),
    unit: "%",
  };

  const folder = await Deno.makeTempDir();
  const server = await startTandem(folder);
  try {
    const send: Send = (url) =>
      fetch(`${url}/predict`, { method: "POST", headers, body });
    yield {
      ...figure,
      name: "memory of the server before its first request",
      value: await residentMemory(server),
      unit: "MB",
    };
    await load(server, send, WARM_UP_MS);
    const { perSecond, memory } = await load(server, send, LOAD_MS);
    yield {
      ...figure,
      name: "predictions per second, one server process",
      value: perSecond,
      unit: "1/s",
    };
    yield {
      ...figure,
      name: "predictions per second × decoding time",
      value: perSecond * decoding / 1000,
      unit: "×",
    };
    yield {
      ...figure,
      name: "memory of the server under load, at most",
      value: memory,
      unit: "MB",
    };
  } finally {
    await server.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

/** The times of decoding an image, as a prediction does it, and of the whole prediction, asked for as clients do. */
async function timeWithoutNetwork(
  body: Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
): Promise<[decoding: number, prediction: number]> {
  const given: Record<string, string | undefined> = {
    MODEL: Deno.env.get("MODEL"),
    STORE: "memory",
  };
  const settings = readSettings((name) => given[name]);
  const service = lazyService(settings);
  const app = createApp({ ...settings, service: service.open });
  const decode = () => usePixels(body, DEFAULT_LIMITS, () => {});
  const predict = async () => {
    const response = await app.request("/predict", {
      method: "POST",
      headers: { ...headers, "Content-Length": String(body.length) },
      body,
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`Cannot predict: ${text}`);
  };
  const [decoding, prediction] = await timesOf(
    [decode, predict],
    WITHOUT_NETWORK_MS,
    WARM_UP_MS,
  );
  await service.close();
  return [decoding!, prediction!];
}

/** Sends requests over several connections for a while. */
async function load(
  server: Server,
  send: Send,
  milliseconds: number,
): Promise<{ perSecond: number; memory: number }> {
  const start = performance.now();
  const end = start + milliseconds;
  let count = 0;
  const client = async () => {
    while (performance.now() < end) {
      const response = await send(server.url);
      const text = await response.text();
      if (!response.ok) throw new Error(`The server answered: ${text}`);
      count++;
    }
  };
  let memory = 0;
  const watch = async () => {
    while (performance.now() < end) {
      memory = Math.max(memory, await residentMemory(server));
      await new Promise((resolve) => setTimeout(resolve, MEMORY_EVERY_MS));
    }
  };
  await Promise.all([
    watch(),
    ...Array.from({ length: CONNECTIONS }, client),
  ]);
  return { perSecond: 1000 * count / (performance.now() - start), memory };
}
