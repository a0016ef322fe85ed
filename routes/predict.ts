/** POST /predict. @module */

import type { Context } from "hono";
import { Hono } from "hono/quick";
import {
  bodyKind,
  checkCount,
  type Field,
  readBytes,
  readDataUrls,
  readFiles,
  readForm,
  readJson,
  shown,
} from "./body.ts";
import type { Form } from "./form.ts";
import { describeImages } from "./images.ts";
import { DEFAULT_TOP_K } from "../src/service/answers.ts";
import type { RequestLimits } from "../src/service/limits.ts";
import type { Service } from "../src/service/service.ts";
import type { RouteOptions } from "./options.ts";
import { onlyMethods, problem, unknownVersion } from "./problem.ts";
import { readQuery } from "./query.ts";
import { noteOf, phase, recordOf } from "./record.ts";

/** Imported late: see lazy.ts. */
const querySchema = async () => {
  const { predictQuery } = await import("./schemas/predict.ts");
  return predictQuery;
};

/** Classifies images. */
export function predictRoutes(
  { service, limits, intake, keyring }: RouteOptions,
): Hono {
  let opened: Service | undefined;
  return new Hono()
    .post(
      "/predict",
      keyring.allow("predict"),
      intake.receivePrediction(() => opened?.turnsAway() ?? false),
      async (c) => {
        const { topK = DEFAULT_TOP_K, version } = await readQuery(
          c,
          querySchema,
        );
        const images = await readImages(c, limits);
        const open = opened = await service();
        const note = noteOf(c);
        const descriptors = await phase(
          c,
          "images",
          () => describeImages(open, images, limits, { patient: false, note }),
        );
        const result = await phase(
          c,
          "predict",
          () => open.predict(descriptors, { topK, version, note }),
        );
        if (result === undefined) throw unknownVersion(version!);
        const { predictions, ids, model } = result;
        recordOf(c).version = model.version;
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
    case "form":
      return imagesOfForm(await readForm(c, limits), limits.images);
    case "json": {
      const { check } = await import("./schemas/check.ts");
      const { predictBody } = await import("./schemas/predict.ts");
      const { images } = check(
        predictBody(limits.images),
        await readJson(c, limits),
      );
      return await readDataUrls("images", images);
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

async function imagesOfForm(
  form: Form,
  most: number,
): Promise<Field<Uint8Array>[]> {
  const stray = form.names.find((name) => name !== "image");
  if (stray !== undefined) {
    const { strayName } = await import("./schemas/check.ts");
    throw strayName("", stray, ["image"]);
  }
  const files = form.getAll("image");
  checkCount("images", files.length, most);
  return readFiles("images", files);
}
