/** POST /rollback, GET /export, POST /import, PUT and DELETE /tags/{name}. @module */

import type { Context } from "hono";
import { Hono } from "hono/quick";
import { CheckpointError } from "../src/errors.ts";
import { entityTag } from "../src/service/answers.ts";
import { readBytes, readJson } from "./body.ts";
import { answerChange, changeOptionsOf } from "./changes.ts";
import type { RouteOptions } from "./options.ts";
import { onlyMethods, problem, unknownVersion } from "./problem.ts";
import { noQuery } from "./query.ts";
import { phase } from "./record.ts";
import { check } from "./schemas/check.ts";
import { tagName, versionBody } from "./schemas/admin.ts";

/** Largest state that can be imported. */
const MAX_IMPORT_BYTES = 256 * 1024 * 1024;

/** Goes back, moves states, names versions. */
export function adminRoutes({ service, intake, keyring }: RouteOptions): Hono {
  const key = keyring.allow("admin");
  return new Hono()
    .post("/rollback", key, noQuery(), intake.receive(), async (c) => {
      const version = await readVersion(c);
      const history = await (await service()).history();
      const done = await phase(
        c,
        "rollback",
        () => history.rollback(version, changeOptionsOf(c)),
      );
      if (done === undefined) throw unknownVersion(version);
      return answerChange(c, done, { restored: version });
    })
    .all("/rollback", onlyMethods("POST"))
    .get("/export", key, noQuery(), async (c) => {
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
    .post(
      "/import",
      key,
      noQuery(),
      intake.receive(MAX_IMPORT_BYTES),
      async (c) => {
        const bytes = await readBytes(c);
        const transfer = await (await service()).transfer();
        const importing = () =>
          transfer.import(bytes, changeOptionsOf(c)).catch(unreadable);
        return answerChange(c, await phase(c, "import", importing));
      },
    )
    .all("/import", onlyMethods("POST"))
    .put("/tags/:name", key, noQuery(), intake.receive(), async (c) => {
      const name = tagOf(c);
      const version = await readVersion(c);
      const history = await (await service()).history();
      if (!await history.tag(name, version)) throw unknownVersion(version);
      return c.json({ tag: name, version });
    })
    .delete("/tags/:name", key, noQuery(), async (c) => {
      const history = await (await service()).history();
      await history.untag(tagOf(c));
      return c.body(null, 204);
    })
    .all("/tags/:name", onlyMethods("PUT", "DELETE"));
}

async function readVersion(c: Context): Promise<number> {
  return check(versionBody, await readJson(c)).version;
}

function tagOf(c: Context): string {
  return check(tagName, c.req.param("name"), "name");
}

function unreadable(error: unknown): never {
  throw error instanceof CheckpointError ? problem(422, error.message) : error;
}
