/** GET /model. @module */

import { etag } from "hono/etag";
import { Hono } from "hono/quick";
import { entityTag } from "../src/service/answers.ts";
import type { RouteOptions } from "./options.ts";
import { onlyMethods, unknownVersion } from "./problem.ts";
import { readQuery } from "./query.ts";
import { recordOf } from "./record.ts";
import { modelQuery } from "./schemas/model_file.ts";

/** Serves the model's file, for clients that predict by themselves. */
export function modelRoutes({ service, keyring }: RouteOptions): Hono {
  return new Hono()
    .get("/model", keyring.allow("predict"), etag(), async (c) => {
      const asked = await readQuery(c, () => Promise.resolve(modelQuery));
      const files = await (await service()).files();
      const file = await files.read(asked);
      if ("missing" in file) {
        throw unknownVersion(asked[file.missing]!, file.missing);
      }
      const { manifest: { version, sha256 }, chunks } = file;
      recordOf(c).version = version;
      const since = asked.since === undefined ? "" : `&since=${asked.since}`;
      return c.body(ReadableStream.from(chunks), 200, {
        "Content-Type": "application/octet-stream",
        "Content-Length": String(
          chunks.reduce((sum, { length }) => sum + length, 0),
        ),
        "Content-Location": `model?version=${version}${since}`,
        ETag: entityTag(sha256),
        "Cache-Control": "no-cache",
      });
    })
    .all("/model", onlyMethods("GET"));
}
