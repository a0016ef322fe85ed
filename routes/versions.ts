/** GET /versions and GET /versions/{n}. @module */

import type { Context } from "hono";
import { Hono } from "hono/quick";
import { entityTag } from "../src/service/answers.ts";
import type { HistoryEntry } from "../src/service/history.ts";
import type { RouteOptions } from "./options.ts";
import { onlyMethods, problem, unknownVersion } from "./problem.ts";
import { readQuery, refuseQuery } from "./query.ts";
import { DEFAULT_LIMIT, MAX_LIMIT, versionsQuery } from "./schemas/versions.ts";

/** Lists the model's history. */
export function versionRoutes({ service, keyring }: RouteOptions): Hono {
  const key = keyring.allow("predict");
  return new Hono()
    .get("/versions", key, async (c) => {
      const { limit = DEFAULT_LIMIT, before } = await readQuery(
        c,
        () => Promise.resolve(versionsQuery),
      );
      const history = await (await service()).history();
      const entries = await history.list(Math.min(limit, MAX_LIMIT), before);
      return c.json({ versions: entries.map(summaryOf) }, 200, {
        "Cache-Control": "no-store",
      });
    })
    .all("/versions", onlyMethods("GET"))
    .get("/versions/:version", key, async (c) => {
      await refuseQuery(c);
      const version = readVersion(c);
      const history = await (await service()).history();
      const entry = await history.find(version);
      if (entry === undefined) throw unknownVersion(version);
      return c.json(detailsOf(entry), 200, {
        ETag: entityTag(entry.manifest.sha256),
        "Cache-Control": "no-store",
      });
    })
    .all("/versions/:version", onlyMethods("GET"));
}

function readVersion(c: Context): number {
  const text = c.req.param("version")!;
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw problem(404, `Cannot find version ${text}: expected a whole number`, {
    field: "version",
  });
}

function summaryOf({ manifest, tags }: HistoryEntry) {
  const {
    version,
    parent,
    change,
    restored,
    step,
    createdAt,
    sha256,
    loss,
    guard,
    by,
  } = manifest;
  return {
    version,
    parent,
    change,
    restored,
    step,
    createdAt,
    sha256,
    loss,
    guard,
    tags,
    by,
  };
}

function detailsOf(entry: HistoryEntry) {
  const { steps, tensors, log } = entry.manifest;
  const request = log === null ? null : {
    scope: log.scope,
    steps: log.steps,
    learningRate: log.learningRate,
    examples: log.features.shape[0],
  };
  return { ...summaryOf(entry), steps, tensors, request };
}
