/**
 * The routes that no prediction needs. Their modules are imported when the first
 * request for one of them comes, so that a cold start does without them.
 *
 * Deno follows every `import("…")` when a program starts, which takes a tenth of a cold
 * start (measured by tests/bench/start.ts), unless `lazy-dynamic-imports` in deno.json
 * tells it to wait until one is run.
 *
 * @module
 */

import { Hono } from "hono/quick";
import { once } from "../src/once.ts";
import type { RouteOptions } from "./options.ts";
import type { Resource } from "./resources.ts";

/** The paths of each resource. */
const PATHS: Readonly<Record<Resource, readonly string[]>> = {
  page: ["/", "/page/:file"],
  health: ["/healthz", "/readyz", "/metrics"],
  docs: ["/openapi.json", "/docs", "/docs/:file"],
  finetune: ["/finetune"],
  labels: ["/labels", "/labels/:head/:name"],
  inference: [
    "/v2",
    "/v2/",
    "/v2/health/live",
    "/v2/health/ready",
    ...["/v2/models/:model", "/v2/models/:model/versions/:version"].flatMap(
      (path) => [path, `${path}/ready`, `${path}/infer`],
    ),
  ],
  versions: ["/versions", "/versions/:version"],
  model: ["/model"],
  admin: ["/rollback", "/export", "/import", "/tags/:name"],
};

/** Passes requests on to the small apps, each made at its first request. */
export function lazyRoutes(options: RouteOptions): Hono {
  const app = new Hono();
  for (const [resource, paths] of Object.entries(PATHS)) {
    const made = once(() => make(resource as Resource, options));
    for (const path of paths) {
      app.all(path, async (c) => (await made()).fetch(c.req.raw, c.env));
    }
  }
  return app;
}

async function make(resource: Resource, options: RouteOptions): Promise<Hono> {
  const { RESOURCES } = await import("./resources.ts");
  const routes = await RESOURCES[resource](options);
  return routes.onError(rethrow);
}

/** Errors are answered by the app that the request came to. */
function rethrow(error: Error): never {
  throw error;
}
