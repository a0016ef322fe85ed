/** An app over the small model, and requests to it. @module */

import type { Hono } from "hono";
import { createApp } from "../../routes/app.ts";
import type { AppOptions } from "../../routes/options.ts";
import {
  REQUEST_LIMITS,
  type RequestLimits,
} from "../../src/service/limits.ts";
import type { Service, ServiceOptions } from "../../src/service/service.ts";
import {
  encodeGif,
  encodeJpeg,
  encodePng,
  encodeWebp,
  gradient,
  type PlainImage,
} from "../image/fixtures.ts";
import { fixtureWeights, openFixture } from "../service/fixture.ts";

/** The key that opens fine-tuning in these tests. */
export const FINETUNE_KEY = "train";
/** The key that opens the admin routes in these tests. */
export const ADMIN_KEY = "admin";

/** What a test wants to be different. */
export type TestOptions = Partial<Omit<AppOptions, "limits">> & {
  readonly limits?: Partial<RequestLimits>;
  readonly serviceOptions?: Partial<ServiceOptions>;
};

/** Runs a test on an app of its own. The model has no guard set unless asked for. */
export async function withApp(
  options: TestOptions,
  body: (app: Hono, service: Service) => Promise<void>,
): Promise<void> {
  const weights = await fixtureWeights({ guard: false, replay: false });
  const limits = {
    ...REQUEST_LIMITS,
    bodyBytes: 100_000,
    pixels: 5000,
    ...options.limits,
  };
  const { service } = await openFixture({
    weights,
    limits: { bytes: limits.bodyBytes, pixels: limits.pixels },
    ...options.serviceOptions,
  });
  try {
    const app = createApp({
      service: () => Promise.resolve(service),
      keys: { predict: undefined, finetune: FINETUNE_KEY, admin: ADMIN_KEY },
      corsOrigin: undefined,
      ...options,
      limits,
    });
    await body(app, service);
  } finally {
    await service.close();
  }
}

const PLAIN: PlainImage = gradient(40, 30);

/** The same image as the bytes of each type. */
export const IMAGES = {
  jpeg: new Uint8Array(await encodeJpeg(PLAIN)),
  png: new Uint8Array(encodePng(PLAIN)),
  webp: new Uint8Array(await encodeWebp(PLAIN)),
  gif: new Uint8Array(
    encodeGif(PLAIN, { x: 0, y: 0, width: 40, height: 30, gray: 90 }),
  ),
};

/** The image as a `data:` URL. */
export const DATA_URL = `data:image/jpeg;base64,${
  btoa(String.fromCharCode(...IMAGES.jpeg))
}`;

/** POSTs an image as the body. */
export function postImage(
  app: Hono,
  path: string,
  image: BodyInit,
  type = "application/octet-stream",
): Promise<Response> {
  return send(app, path, {
    method: "POST",
    body: image,
    headers: { "Content-Type": type },
  });
}

/** POSTs JSON with the train key. */
export function postJson(
  app: Hono,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return send(app, path, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: {
      "Content-Type": "application/json",
      Authorization: `Bearer ${FINETUNE_KEY}`,
      ...headers,
    },
  });
}

/** POSTs a form with the train key; bytes become files. */
export function postForm(
  app: Hono,
  path: string,
  fields: readonly (readonly [string, string | Uint8Array<ArrayBuffer>])[],
): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of fields) {
    if (typeof value === "string") form.append(name, value);
    else form.append(name, new Blob([value]), "image");
  }
  return send(app, path, {
    method: "POST",
    body: form,
    headers: { Authorization: `Bearer ${FINETUNE_KEY}` },
  });
}

async function send(
  app: Hono,
  path: string,
  init: RequestInit,
): Promise<Response> {
  return await app.request(path, init);
}
