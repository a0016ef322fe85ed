/** POST /rollback, GET /export, POST /import, PUT and DELETE /tags/{name}. @module */

import type { Context } from "hono";
import { Hono } from "hono/quick";
import { CheckpointError } from "../src/errors.ts";
import { entityTag } from "../src/service/answers.ts";
import type { Changed } from "../src/service/editor.ts";
import { readJson, shown } from "./body.ts";
import { readIfMatch } from "./headers.ts";
import { requiredKey } from "./keys.ts";
import { maxBody } from "./limits.ts";
import type { AppOptions } from "./options.ts";
import { onlyMethods, problem, unknownVersion } from "./problem.ts";

/** Largest state that can be imported. */
const MAX_IMPORT_BYTES = 256 * 1024 * 1024;
const TAG = /^[\w.-]{1,64}$/;

/** Goes back, moves states, names versions. */
export function adminRoutes({ service, keys, maxBodyBytes }: AppOptions): Hono {
  const key = requiredKey(keys.admin, {
    variable: "ADMIN_KEY",
    purpose: "Administration",
  });
  return new Hono()
    .post("/rollback", key, maxBody(maxBodyBytes), async (c) => {
      const version = versionOf((await readJson(c)).version);
      const history = await (await service()).history();
      const done = await history.rollback(
        version,
        readIfMatch(c),
      );
      if (done === undefined) throw unknownVersion(version);
      return changed(c, done, { restored: version });
    })
    .all("/rollback", onlyMethods("POST"))
    .get("/export", key, async (c) => {
      const transfer = await (await service()).transfer();
      const { manifest, chunks } = await transfer.export();
      const name = `tandem-${manifest.version}.safetensors`;
      return c.body(ReadableStream.from(chunks), 200, {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": `attachment; filename="${name}"`,
        "Content-Length": String(
          chunks.reduce((sum, { length }) => sum + length, 0),
        ),
        ETag: entityTag(manifest.sha256),
        "Cache-Control": "no-store",
      });
    })
    .all("/export", onlyMethods("GET"))
    .post("/import", key, maxBody(MAX_IMPORT_BYTES), async (c) => {
      const bytes = new Uint8Array(await c.req.arrayBuffer());
      const transfer = await (await service()).transfer();
      return changed(
        c,
        await checked(() => transfer.import(bytes, readIfMatch(c))),
        {},
      );
    })
    .all("/import", onlyMethods("POST"))
    .put("/tags/:name", key, maxBody(maxBodyBytes), async (c) => {
      const name = tagOf(c);
      const version = versionOf((await readJson(c)).version);
      const history = await (await service()).history();
      if (!await history.tag(name, version)) throw unknownVersion(version);
      return c.json({ tag: name, version });
    })
    .delete("/tags/:name", key, async (c) => {
      const history = await (await service()).history();
      await history.untag(tagOf(c));
      return c.body(null, 204);
    })
    .all("/tags/:name", onlyMethods("PUT", "DELETE"));
}

function changed(
  c: Context,
  change: Changed,
  rest: Record<string, unknown>,
): Response {
  return c.json({ ...change, ...rest }, 200, {
    ETag: entityTag(change.sha256),
    "Cache-Control": "no-store",
  });
}

function versionOf(value: unknown): number {
  if (Number.isSafeInteger(value) && value as number >= 0) {
    return value as number;
  }
  throw problem(
    400,
    `Cannot read version: expected a whole number ≥ 0, got ${shown(value)}`,
    {
      field: "version",
    },
  );
}

function tagOf(c: Context): string {
  const name = c.req.param("name")!;
  if (TAG.test(name)) return name;
  throw problem(
    400,
    `Cannot read the tag: expected 1 to 64 letters, digits, ".", "_" or "-", got ${
      shown(name)
    }`,
    { field: "name" },
  );
}

async function checked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof CheckpointError
      ? problem(422, error.message)
      : error;
  }
}
