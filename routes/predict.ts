/** POST /predict. @module */

import type { Context } from "hono";
import { Hono } from "hono/quick";
import {
  bodyKind,
  checkCount,
  type Field,
  readArray,
  readDataUrl,
  readFiles,
  readForm,
  readJson,
} from "./body.ts";
import { describeImages } from "./images.ts";
import { optionalKey } from "./keys.ts";
import { maxBody } from "./limits.ts";
import type { AppOptions } from "./options.ts";
import { onlyMethods, problem, unknownVersion } from "./problem.ts";
import { wholeQuery } from "./query.ts";

/** The most images of one request. */
const MAX_IMAGES = 32;
const DEFAULT_TOP_K = 5;

/** Classifies images. */
export function predictRoutes(
  { service, keys, maxBodyBytes, maxPixels }: AppOptions,
): Hono {
  return new Hono()
    .post(
      "/predict",
      optionalKey(keys.predict),
      maxBody(maxBodyBytes),
      async (c) => {
        const topK = wholeQuery(c, "topK", 1) ?? DEFAULT_TOP_K;
        const version = wholeQuery(c, "version", 0);
        const images = await readImages(c);
        const open = await service();
        const descriptors = await describeImages(open, images, maxPixels);
        const result = await open.predict(descriptors, {
          topK,
          ...(version === undefined ? {} : { version }),
        });
        if (result === undefined) throw unknownVersion(version!);
        return c.json(result, 200, {
          ETag: result.model.etag,
          "Cache-Control": "no-store",
        });
      },
    )
    .all("/predict", onlyMethods("POST"));
}

async function readImages(c: Context): Promise<Field<Uint8Array>[]> {
  const images = await imagesOf(c);
  checkCount("images", images.length, MAX_IMAGES);
  return images;
}

async function imagesOf(c: Context): Promise<Field<Uint8Array>[]> {
  switch (bodyKind(c)) {
    case "form": {
      const files = (await readForm(c)).getAll("image");
      checkCount("images", files.length, MAX_IMAGES);
      return await readFiles(
        files.map((value, i) => ({ path: `images[${i}]`, value })),
      );
    }
    case "json": {
      const images = readArray("images", (await readJson(c)).images);
      checkCount("images", images.length, MAX_IMAGES);
      return images.map(readDataUrl);
    }
    case "text":
      throw problem(
        415,
        `Cannot predict: expected an image, multipart/form-data or JSON, got ${
          c.req.header("Content-Type")
        }`,
      );
    case "bytes":
      return [{
        path: "images[0]",
        value: new Uint8Array(await c.req.arrayBuffer()),
      }];
  }
}
