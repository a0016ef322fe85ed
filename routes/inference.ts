/**
 * The Open Inference Protocol, version 2, so that clients of other servers can ask
 * this one. Each head is an output.
 *
 * Source: KServe, Open Inference Protocol (V2), HTTP/REST; its extension
 * `classification`.
 *
 * @module
 */

import type { Context } from "hono";
import { Hono } from "hono/quick";
import type { HeadSpec } from "../src/heads/kinds.ts";
import type { RequestLimits } from "../src/service/limits.ts";
import type { Service } from "../src/service/service.ts";
import { readJson } from "./body.ts";
import { describeImages } from "./images.ts";
import type { RouteOptions } from "./options.ts";
import { onlyMethods, problem, unknownVersion } from "./problem.ts";
import { noQuery } from "./query.ts";
import { noteOf, phase, recordOf } from "./record.ts";
import { check } from "./schemas/check.ts";
import {
  inferBody,
  type Input,
  MODEL,
  type Requested,
} from "./schemas/inference.ts";
import {
  describePixels,
  encodedImages,
  outputOf,
  pixelImages,
} from "./tensors.ts";

/** Values in a body: pixels come as numbers. */
const MAX_VALUES = 1_000_000;
const FRESH = { "Cache-Control": "no-store" };

/** Speaks the protocol. */
export function inferenceRoutes(
  { service, keyring, limits, intake }: RouteOptions,
): Hono {
  const app = new Hono();
  const get = (path: string, answer: (c: Context) => Promise<object>) =>
    app.get(path, noQuery(), async (c) => c.json(await answer(c), 200, FRESH))
      .all(path, onlyMethods("GET"));
  const key = keyring.allow("predict");
  // The protocol's schema has the slash, its text has not.
  for (const path of ["/v2", "/v2/"]) {
    get(path, () =>
      Promise.resolve({
        name: "tandem",
        version: "1",
        extensions: ["classification"],
      }));
  }
  get("/v2/health/live", () => Promise.resolve({ live: true }));
  get("/v2/health/ready", async () => {
    await (await service()).ready();
    return { ready: true };
  });
  let opened: Service | undefined;
  const receive = intake.receivePrediction(() => opened?.turnsAway() ?? false);
  for (
    const path of ["/v2/models/:model", "/v2/models/:model/versions/:version"]
  ) {
    get(`${path}/ready`, async (c) => {
      await served(c, await service());
      return { name: MODEL, ready: true };
    });
    app.get(path, key, noQuery(), async (c) => {
      const open = await service();
      return c.json(metadataOf(await served(c, open)), 200, FRESH);
    }).all(path, onlyMethods("GET"));
    app.post(`${path}/infer`, key, noQuery(), receive, async (c) => {
      const open = opened = await service();
      const { version } = await served(c, open);
      const body = check(inferBody, await readJson(c, limits, MAX_VALUES));
      const asked = c.req.param("version") === undefined ? undefined : version;
      return c.json(await infer(c, open, limits, body, asked), 200, FRESH);
    }).all(`${path}/infer`, onlyMethods("POST"));
  }
  return app;
}

/** A version, and its heads. */
interface Served {
  readonly version: number;
  readonly heads: readonly HeadSpec[];
}

/** The version that is served, if it is the one that the path asks for. */
async function served(c: Context, open: Service): Promise<Served> {
  const { model, version: asked } = c.req.param() as {
    model: string;
    version?: string;
  };
  if (model !== MODEL) {
    throw problem(404, `Cannot find the model ${model}: expected ${MODEL}`, {
      field: "model",
      known: [MODEL],
    });
  }
  const { model: { version }, heads } = await open.served();
  if (asked === undefined || asked === String(version)) {
    return { version, heads };
  }
  throw problem(
    404,
    `Cannot find version ${asked}: expected ${version}, the one that is served`,
    { field: "version", known: [String(version)] },
  );
}

function metadataOf({ version, heads }: Served) {
  return {
    name: MODEL,
    versions: [String(version)],
    platform: "tandem",
    inputs: [{ name: "image", datatype: "BYTES", shape: [-1] }],
    outputs: heads.map((head) => ({
      name: head.name,
      datatype: "FP32",
      shape: [-1, head.kind === "classes" ? head.labels.length : 1],
    })),
  };
}

async function infer(
  c: Context,
  open: Service,
  limits: RequestLimits,
  { id, inputs: [input], outputs }: {
    readonly id?: string | undefined;
    readonly inputs: readonly Input[];
    readonly outputs?: readonly Requested[] | undefined;
  },
  asked: number | undefined,
) {
  const note = noteOf(c);
  const descriptors = await phase(
    c,
    "images",
    () =>
      input!.datatype === "BYTES"
        ? describeImages(open, encodedImages(input!, limits.images), limits, {
          patient: false,
          note,
        })
        : Promise.resolve(describePixels(open, pixelImages(input!, limits))),
  );
  const options = {
    topK: Number.MAX_SAFE_INTEGER,
    note,
    ...(asked === undefined ? {} : { version: asked }),
  };
  const predict = () => open.predict(descriptors, options);
  const result = await phase(c, "predict", predict);
  if (result === undefined) throw unknownVersion(asked!);
  const { predictions, model, heads } = result;
  recordOf(c).version = model.version;
  return {
    model_name: MODEL,
    model_version: String(model.version),
    ...(id === undefined ? {} : { id }),
    outputs: wantedOf(heads, outputs).map(({ head, classification }) =>
      outputOf(head, predictions, classification)
    ),
  };
}

/** The heads that are asked for; all of them where none is named. */
function wantedOf(
  heads: readonly HeadSpec[],
  outputs: readonly Requested[] | undefined,
): { head: HeadSpec; classification?: number | undefined }[] {
  if (outputs === undefined || outputs.length === 0) {
    return heads.map((head) => ({ head }));
  }
  const known = heads.map(({ name }) => name);
  return outputs.map(({ name, parameters }, i) => {
    const head = heads.find((head) => head.name === name);
    if (head !== undefined) {
      return { head, classification: parameters?.classification };
    }
    throw problem(
      422,
      `Cannot read outputs[${i}].name: expected one of ${
        known.join(", ")
      }, got "${name.slice(0, 80)}"`,
      { field: `outputs[${i}].name`, known },
    );
  });
}
