/** GET /healthz, /readyz and /metrics. @module */

import { Hono } from "hono/quick";
import { exposition, readingsOf } from "./exposition.ts";
import type { RouteOptions } from "./options.ts";
import { onlyMethods } from "./problem.ts";
import { noQuery } from "./query.ts";

/** Reports liveness with the model's version, readiness, and metrics. */
export function healthRoutes(options: RouteOptions): Hono {
  const { service, metrics } = options;
  const readings = readingsOf(options, metrics);
  return new Hono()
    .get("/healthz", noQuery(), async (c) => {
      const { version, step } = await (await service()).identity();
      return c.json({ status: "ok", version, step }, 200, {
        "Cache-Control": "no-store",
      });
    })
    .all("/healthz", onlyMethods("GET"))
    .get("/readyz", noQuery(), async (c) => {
      await (await service()).ready();
      return c.json({ status: "ready" }, 200, { "Cache-Control": "no-store" });
    })
    .all("/readyz", onlyMethods("GET"))
    .get("/metrics", noQuery(), async (c) => {
      return c.body(await exposition(metrics, readings), 200, {
        "Content-Type": "text/plain; version=0.0.4; charset=utf-8",
        "Cache-Control": "no-store",
      });
    })
    .all("/metrics", onlyMethods("GET"));
}
