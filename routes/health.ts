/** GET /healthz, /readyz and /metrics. @module */

import { Hono } from "hono/quick";
import type { ModelIdentity } from "../src/service/answers.ts";
import type { Gauge, Metrics } from "./metrics.ts";
import type { RouteOptions } from "./options.ts";
import { onlyMethods } from "./problem.ts";
import { noQuery } from "./query.ts";

/** Says that the server lives, with which version of the model; that it can work; what it did. */
export function healthRoutes({ service, metrics }: RouteOptions): Hono {
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
      const identity = await (await service()).identity();
      return c.body(metrics.text(gaugesOf(metrics, identity)), 200, {
        "Content-Type": "text/plain; version=0.0.4; charset=utf-8",
        "Cache-Control": "no-store",
      });
    })
    .all("/metrics", onlyMethods("GET"));
}

function gaugesOf(
  { active }: Metrics,
  { version, step }: ModelIdentity,
): Gauge[] {
  return [{
    name: "tandem_requests_active",
    help: "Requests under way.",
    value: active,
  }, {
    name: "tandem_model_version",
    help: "The version that is served.",
    value: version,
  }, {
    name: "tandem_model_step",
    help: "Its optimizer steps since the first training began.",
    value: step,
  }, {
    name: "process_resident_memory_bytes",
    help: "Memory of the process.",
    value: Deno.memoryUsage().rss,
  }];
}
