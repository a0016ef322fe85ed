/** POST /predict. @module */

import type { Context } from "hono";
import { Hono } from "hono/quick";
import {
  bodyKind,
  checkCount,
  type Field,
  readArray,
  readBytes,
  readDataUrl,
  readFiles,
  readForm,
  readJson,
  shown,
} from "./body.ts";
import { describeImages } from "./images.ts";
import type { RequestLimits } from "../src/service/limits.ts";
import { optionalKey } from "./keys.ts";
import type { RouteOptions } from "./options.ts";
import { onlyMethods, problem, unknownVersion } from "./problem.ts";
import { wholeQuery } from "./query.ts";

const DEFAULT_TOP_K = 5;

/** Classifies images. */
export function predictRoutes(
  { service, keys, limits, intake }: RouteOptions,
): Hono {
  return new Hono()
    .post(
      "/predict",
      optionalKey(keys.predict),
      intake.receive(),
      async (c) => {
        const topK = wholeQuery(c, "topK", 1) ?? DEFAULT_TOP_K;
        const version = wholeQuery(c, "version", 0);
        const images = await readImages(c, limits);
        const open = await service();
        const descriptors = await describeImages(open, images, limits);
        const result = await open.predict(descriptors, {
          topK,
          ...(version === undefined ? {} : { version }),
        });
        if (result === undefined) throw unknownVersion(version!);
        const { predictions, ids, model } = result;
        const answers = predictions.map(({ known, answers }, i) => ({
          id: ids[i],
          known,
          ...answers,
        }));
        return c.json({ predictions: answers, model }, 200, {
          ETag: model.etag,
          "Cache-Control": "no-store",
        });
      },
    )
    .all("/predict", onlyMethods("POST"));
}

async function readImages(
  c: Context,
  limits: RequestLimits,
): Promise<Field<Uint8Array>[]> {
  const images = await imagesOf(c, limits);
  checkCount("images", images.length, limits.images);
  return images;
}

async function imagesOf(
  c: Context,
  limits: RequestLimits,
): Promise<Field<Uint8Array>[]> {
  switch (bodyKind(c)) {
    case "form": {
      const files = (await readForm(c, limits)).getAll("image");
      checkCount("images", files.length, limits.images);
      return readFiles(
        files.map((value, i) => ({ path: `images[${i}]`, value })),
      );
    }
    case "json": {
      const images = readArray("images", (await readJson(c, limits)).images);
      checkCount("images", images.length, limits.images);
      return images.map(readDataUrl);
    }
    case "text":
      throw problem(
        415,
        `Cannot predict: expected an image, multipart/form-data or JSON, got ${
          shown(c.req.header("Content-Type"))
        }`,
      );
    case "bytes":
      return [{
        path: "images[0]",
        value: await readBytes(c),
      }];
  }
}
