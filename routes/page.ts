/** GET /: a page for browsers, JSON for all others; and the page's files. @module */

import { accepts } from "hono/accepts";
import { etag } from "hono/etag";
import { Hono } from "hono/quick";
import { onlyMethods, problem } from "./problem.ts";
import { noQuery } from "./query.ts";
import { PAGE_FILES, PAGE_KERNELS, PAGE_SKETCHES } from "./schemas/server.ts";

/** Only what this server serves; `blob:` is the image that was chosen. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; " +
  "img-src 'self' blob:; connect-src 'self'; worker-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The worker's own, which runs the kernels. */
const WORKER_POLICY = "default-src 'none'; connect-src 'self'; " +
  "script-src 'self' 'wasm-unsafe-eval'";
const WORKER = "core.js";

/** Scripts that the page loads on demand. */
const LATE: readonly string[] = [WORKER, "archive.js", "client-zip.js"];

/** The others are preloaded, not one after the other as they import each other. */
const PRELOADED = PAGE_FILES
  .filter((name) => name.endsWith(".js") && !LATE.includes(name))
  .map((name) => `<page/${name}>; rel=modulepreload`).join(", ");

/** Cached by browsers and revalidated each time, so that all files are of one release. */
const CACHED = { "Cache-Control": "no-cache" };

const TYPES = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
} as const;

const SKETCH_QUALITY = 92;

const INDEX = {
  name: "Tandem",
  about: "An image classifier that learns from corrections.",
  routes: {
    "POST /predict": "an image, or several as multipart/form-data or JSON",
    "POST /finetune": "corrected examples; needs FINETUNE_KEY",
    "POST /labels": "a new class, from images of it; needs FINETUNE_KEY",
    "PATCH /labels/{head}/{name}": "another name; needs FINETUNE_KEY",
    "DELETE /labels/{head}/{name}": "a retired class; needs FINETUNE_KEY",
    "GET /versions": "the model's history",
    "GET /versions/{version}": "one version",
    "GET /model": "what predicting needs, as one file",
    "POST /rollback": "back to an old version; needs ADMIN_KEY",
    "GET /export": "the whole state as one file; needs ADMIN_KEY",
    "POST /import": "the reverse; needs ADMIN_KEY",
    "PUT /tags/{name}": "a name that keeps a version; needs ADMIN_KEY",
    "DELETE /tags/{name}": "a name to delete; needs ADMIN_KEY",
    "GET /healthz": "version and step of the model",
    "GET /readyz": "whether the server can work",
    "GET /metrics": "counts and times, for Prometheus",
    "GET /openapi.json": "all of this, for machines",
    "GET /docs": "all of this, in full",
    "GET /v2": "the same for clients of the Open Inference Protocol",
  },
};

/** Serves the page and its files. */
export function pageRoutes(): Hono {
  return new Hono()
    .use(etag())
    .get("/", noQuery(), async (c) => {
      c.header("Vary", "Accept", { append: true });
      const wanted = accepts(c, {
        header: "Accept",
        supports: ["application/json", "text/html"],
        default: "application/json",
      });
      if (wanted !== "text/html") return c.json(INDEX);
      return c.html(await readText("index.html"), 200, {
        "Content-Security-Policy": POLICY,
        Link: PRELOADED,
        ...CACHED,
      });
    })
    .all("/", onlyMethods("GET"))
    .get("/page/:file", noQuery(), async (c) => {
      const name = c.req.param("file");
      if (isOneOf(PAGE_SKETCHES, name)) {
        const type = { "Content-Type": "image/jpeg" };
        return c.body(await drawSample(name), 200, { ...type, ...CACHED });
      }
      if (isOneOf(PAGE_KERNELS, name)) {
        const type = { "Content-Type": "application/wasm" };
        return c.body(await readKernels(name), 200, { ...type, ...CACHED });
      }
      if (isOneOf(PAGE_FILES, name)) {
        return c.body(await readText(name), 200, {
          "Content-Type": TYPES[name.endsWith(".css") ? "css" : "js"],
          ...(name === WORKER && { "Content-Security-Policy": WORKER_POLICY }),
          ...CACHED,
        });
      }
      throw problem(
        404,
        `Cannot find /page/${name}: the page has no such file`,
      );
    })
    .all("/page/:file", onlyMethods("GET"));
}

function isOneOf<T extends string>(
  names: readonly T[],
  name: string,
): name is T {
  return (names as readonly string[]).includes(name);
}

async function readText(name: string): Promise<string> {
  if (name !== "client-zip.js") {
    return Deno.readTextFile(new URL(`./page/${name}`, import.meta.url));
  }
  await import("client-zip"); // so that Deno has it in its cache
  return Deno.readTextFile(new URL(import.meta.resolve("client-zip")));
}

function readKernels(
  name: typeof PAGE_KERNELS[number],
): Promise<Uint8Array<ArrayBuffer>> {
  return Deno.readFile(new URL(`../src/kernels/${name}`, import.meta.url));
}

/** A built-in sketch as a JPEG; its file is named look-item-variant. */
async function drawSample(
  name: typeof PAGE_SKETCHES[number],
): Promise<Uint8Array<ArrayBuffer>> {
  const [{ drawSketch }, { default: jpeg }] = await Promise.all([
    import("../src/sketches/draw.ts"),
    import("jpeg-js"),
  ]);
  const [look, item, variant] = name.replace(/\.jpg$/, "").split("-");
  const drawing = drawSketch(look!, item!, Number(variant));
  return new Uint8Array(jpeg.encode(drawing, SKETCH_QUALITY).data);
}
