/**
 * A visit to the page with a camera, in Chromium: the model in the browser beside
 * the server's, and without it. Prints as JSON what was seen. It is a program of
 * its own because it needs more permissions than tests.
 *
 *     deno run -A tests/e2e/live_visit.ts CHROMIUM FOLDER
 *
 * FOLDER holds PNG images, and camera.y4m for the camera to show.
 *
 * @module
 */

/// <reference lib="dom" />

import axe from "axe-core";
import puppeteer, { type HTTPRequest, type Page } from "puppeteer-core";
import { startServer } from "./server.ts";

const [executablePath = "", folder = ""] = Deno.args;
const KEY = "visitor";
/** A machine without fused multiply-add, as far as V8 knows. */
const WITHOUT_FMA = "--js-flags=--no-enable-fma3";

/** What the page and the server say of one image. */
export interface Compared {
  readonly name: string;
  readonly here: unknown;
  readonly server: unknown;
}

/** A file that the page fetched. */
export interface Fetched {
  readonly path: string;
  readonly status: number;
  readonly bytes: number;
}

/** What the camera's dialog shows. */
export interface Live {
  readonly note: string;
  /** Texts of all bars. */
  readonly bars: readonly string[];
  /** Images a second. */
  readonly rate: number;
}

/** What a visit saw, and what it must not have seen. */
export interface LiveVisit {
  /** Whether something was painted before the weights were asked for. */
  readonly paintedFirst: boolean;
  readonly compared: readonly Compared[];
  readonly afterTeaching: readonly Compared[];
  readonly emulated: readonly Compared[];
  readonly live: Live;
  readonly away: Live;
  /** Of the drawing that is dropped when the server is gone. */
  readonly dropped: {
    readonly note: string;
    readonly bars: readonly string[];
    readonly barsBefore: readonly string[];
  };
  /** The model that a label is for which was given to an answer of the browser's own, and the served one. */
  readonly lesson: { readonly match: string; readonly served: string };
  /** Weights and kernels, in the order in which they came. */
  readonly fetched: readonly Fetched[];
  readonly fetchedEmulated: readonly Fetched[];
  /** What axe-core finds wrong with the camera's dialog. */
  readonly violations: readonly string[];
  readonly hosts: readonly string[];
  readonly errors: readonly string[];
}

const images = [...Deno.readDirSync(folder)].map(({ name }) => name)
  .filter((name) => name.endsWith(".png")).sort();
const hosts = new Set<string>();
const errors: string[] = [];
const violations: string[] = [];
const server = await startServer(["run", "-A", "routes/start.ts"], {
  HOST: "127.0.0.1",
  PORT: "0",
  STORE: "memory",
  ADMIN_KEY: KEY,
});
let running = true;
try {
  const emulated = await withPage([WITHOUT_FMA], async (page, fetched) => {
    await modelCame(page, 0);
    const compared = await compare(page, images.slice(0, 3));
    await loseVersion(page);
    compared.push(...await compare(page, images.slice(3, 4)));
    return { compared, fetched };
  });
  const seen = await withPage([], visit);
  const { host } = new URL(server.url);
  const result: LiveVisit = {
    ...seen,
    emulated: emulated.compared,
    fetchedEmulated: emulated.fetched,
    hosts: [...hosts].filter((each) => each !== "" && each !== host),
    errors,
    violations,
  };
  console.log(JSON.stringify(result));
} finally {
  if (running) await server.stop();
}

async function visit(page: Page, fetched: readonly Fetched[]) {
  await modelCame(page, 0);
  const paintedFirst = await page.evaluate(() => {
    const [paint] = performance.getEntriesByType("paint");
    const model = performance.getEntriesByType("resource")
      .find(({ name }) => name.includes("/model?"));
    return paint!.startTime < model!.startTime;
  });
  const compared = await compare(page, images);
  const [image] = images;
  await teach(image!);
  const live = await lookLive(page, "version 1");
  const afterTeaching = await compare(page, images.slice(0, 3));
  const lesson = await teachOffline(page, image!);
  await drop(page, image!);
  const barsBefore = await texts(page, "#heads .bar");
  running = false;
  await server.stop();
  await drop(page, images[1]!);
  await drop(page, image!);
  const note = await page.$eval("#here", (each) => each.textContent ?? "");
  const bars = await texts(page, "#heads .bar");
  const away = await lookLive(page, "out of reach");
  const dropped = { note, bars, barsBefore };
  return {
    paintedFirst,
    compared,
    afterTeaching,
    live,
    away,
    dropped,
    lesson,
    fetched,
  };
}

/** Opens the page in a browser of its own, and notes which weights and kernels it fetches. */
async function withPage<T>(
  args: readonly string[],
  body: (page: Page, fetched: readonly Fetched[]) => Promise<T>,
): Promise<T> {
  const browser = await puppeteer.launch({
    executablePath,
    // Containers run it as root, for whom there is no sandbox; it visits one page.
    args: [
      "--no-sandbox",
      "--use-fake-ui-for-media-stream",
      "--use-fake-device-for-media-stream",
      `--use-file-for-fake-video-capture=${folder}/camera.y4m`,
      ...args,
    ],
  });
  const fetched: Fetched[] = [];
  try {
    const page = await browser.newPage();
    page.on("request", (request) => hosts.add(new URL(request.url()).host));
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => {
      // A server that is gone is part of the visit.
      const expected = message.text().startsWith("Failed to load resource");
      if (message.type() === "error" && !expected) errors.push(message.text());
    });
    page.on("response", (response) => {
      const { pathname, search } = new URL(response.url());
      if (!/\/model$|\.wasm$/.test(pathname)) return;
      fetched.push({
        path: pathname + search,
        status: response.status(),
        bytes: Number(response.headers()["content-length"] ?? 0),
      });
    });
    await page.goto(server.url);
    return await body(page, fetched);
  } finally {
    await browser.close();
  }
}

/** Waits until the page holds that version. */
async function modelCame(page: Page, version: number) {
  await page.waitForFunction(
    async (version) => {
      const path = "/page/model.js";
      return (await import(path)).versionHere() === version;
    },
    { timeout: 30_000, polling: 100 },
    version,
  );
}

/** Lets the page look for what changed since a version that the server no longer has. */
async function loseVersion(page: Page) {
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    if (!request.url().includes("?since=")) request.continue();
    else {
      request.respond({
        status: 404,
        contentType: "application/problem+json",
        body: "{}",
      });
    }
  });
  await page.evaluate(async () => {
    const path = "/page/model.js";
    await (await import(path)).updateModel();
  });
}

/** Asks the page's core and the server about images. */
async function compare(
  page: Page,
  names: readonly string[],
): Promise<Compared[]> {
  const compared: Compared[] = [];
  for (const name of names) {
    const bytes = await Deno.readFile(`${folder}/${name}`);
    const here = await page.evaluate(async (bytes) => {
      const path = "/page/model.js";
      const { predictHere } = await import(path);
      return predictHere(new Blob([new Uint8Array(bytes)]));
    }, [...bytes]);
    const response = await fetch(`${server.url}/predict?topK=1000`, {
      method: "POST",
      body: bytes,
    });
    const { predictions: [{ id: _, ...said }] } = await response.json();
    compared.push({ name, here, server: said });
  }
  return compared;
}

/** Teaches that an image shows a mug, behind the page's back. */
async function teach(name: string) {
  const form = new FormData();
  const image = await Deno.readFile(`${folder}/${name}`);
  form.append("image", new Blob([image]));
  form.append("item", "mug");
  form.append("mode", "steps");
  const response = await fetch(`${server.url}/finetune`, {
    method: "POST",
    body: form,
    headers: { Authorization: `Bearer ${KEY}` },
  });
  const { accepted, reason } = await response.json();
  if (!accepted) throw new Error(reason);
}

/** Lets the browser answer by itself, and teaches it another answer once the server is back. */
async function teachOffline(page: Page, name: string) {
  await page.setOfflineMode(true);
  await drop(page, name);
  await page.setOfflineMode(false);
  const match = Promise.withResolvers<string>();
  const take = (request: HTTPRequest) => {
    if (!request.url().endsWith("/finetune")) return void request.continue();
    match.resolve(request.headers()["if-match"] ?? "");
    request.respond({ status: 503, body: "{}" });
  };
  await page.setRequestInterception(true);
  page.on("request", take);
  await page.click("#heads button.bar");
  const taught = await match.promise;
  const { headers } = await fetch(`${server.url}/model`, { method: "HEAD" });
  page.off("request", take);
  await page.setRequestInterception(false);
  return { match: taught, served: headers.get("ETag") ?? "" };
}

/** Opens the camera until what is said of it matches; gives what is shown then. */
async function lookLive(page: Page, said: string): Promise<Live> {
  await page.click("#shoot");
  await page.waitForFunction(
    (said) =>
      document.getElementById("live-note")!.textContent!.includes(said) &&
      Number(document.getElementById("live")!.dataset.rate) > 0,
    { timeout: 30_000 },
    said,
  );
  const bars = await texts(page, "#live .bar:not([hidden])");
  const shown = await page.$eval("#live", (each) => each.textContent);
  // The camera shows two things in turn.
  await page.waitForFunction(
    (shown) => document.getElementById("live")!.textContent !== shown,
    { timeout: 30_000 },
    shown,
  );
  const [note, rate] = await page.evaluate(() => [
    document.getElementById("live-note")!.textContent!,
    Number(document.getElementById("live")!.dataset.rate),
  ]);
  await judge(page);
  await page.click("#camera-close");
  return { bars, note: note as string, rate: rate as number };
}

async function judge(page: Page) {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
    const { violations } = await axe.run("#camera-dialog");
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target }) => `${id}: ${target}`)
    );
  });
  violations.push(...found);
}

function texts(page: Page, selector: string): Promise<string[]> {
  return page.$$eval(
    selector,
    (found) =>
      found.map((each) =>
        [".name", ".share"].map((part) =>
          each.querySelector(part)?.textContent ?? ""
        ).join(" ")
      ),
  );
}

/** Drops an image, and waits for the answer. */
async function drop(page: Page, name: string) {
  const bytes = await Deno.readFile(`${folder}/${name}`);
  await page.evaluate(
    (bytes, name) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], name));
      document.dispatchEvent(
        new DragEvent("drop", { dataTransfer: transfer, cancelable: true }),
      );
    },
    [...bytes],
    name,
  );
  await page.waitForFunction(
    (name) =>
      document.getElementById("file-name")!.textContent === name &&
      document.querySelector("#heads .bar") !== null &&
      document.querySelector("[aria-busy]") === null,
    { timeout: 20_000 },
    name,
  );
}
