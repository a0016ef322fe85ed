/** The models that `predict` uses: a weights file, its newest version in a store, or a running server. @module */

import { DataError, ImageError } from "../errors.ts";
import type { HeadAnswer } from "../heads/kinds.ts";
import { COMMAND_LIMITS } from "../image/limits.ts";
import type { Prediction } from "../service/answers.ts";
import { Describer } from "../service/describer.ts";
import { ServingNetwork } from "../service/network.ts";
import { callServer, isServer, refusalOf, withStore } from "./stored.ts";
import { loadServingModel } from "./weights.ts";

/** Predicts one image, by its bytes. */
export type Ask = (image: Uint8Array<ArrayBuffer>) => Promise<Prediction>;

/** The model to predict with, and the number of classes to list. */
export interface Asked {
  readonly weights: string | URL;
  /** A store's setting, or a server's URL; undefined for the file alone. */
  readonly store: string | undefined;
  readonly topK: number;
}

/** Opens the model for as long as `body` takes. */
export function withAnswers<T>(
  { weights, store, topK }: Asked,
  body: (ask: Ask) => Promise<T>,
): Promise<T> {
  if (store === undefined) return withFile(weights, topK, body);
  if (isServer(store)) return body((image) => askServer(store, image, topK));
  return withStore(weights, store, (service) =>
    body(async (image) => {
      const descriptor = await service.describe(image);
      const { predictions } = (await service.predict([descriptor], { topK }))!;
      return predictions[0]!;
    }));
}

async function withFile<T>(
  weights: string | URL,
  topK: number,
  body: (ask: Ask) => Promise<T>,
): Promise<T> {
  const model = await loadServingModel(weights);
  const describer = await Describer.create(model.preprocessing, COMMAND_LIMITS);
  const network = await ServingNetwork.create(model);
  return await body(async (image) => {
    const { descriptor } = await describer.describe(image);
    return network.predict(model, [descriptor], topK)[0]!;
  });
}

async function askServer(
  server: string,
  image: Uint8Array<ArrayBuffer>,
  topK: number,
): Promise<Prediction> {
  const path = `predict?topK=${topK}`;
  const response = await callServer(server, path, "PREDICT_KEY", {
    method: "POST",
    body: image,
  });
  if (response.ok) return predictionOf((await response.json()).predictions[0]);
  const { detail, field } = await refusalOf(response, "PREDICT_KEY");
  const text = `The server ${detail}`;
  if ([413, 415].includes(response.status) || field === "images[0]") {
    throw new ImageError("malformed", text);
  }
  throw new DataError(text);
}

function predictionOf(
  { id: _, known, ...answers }: Record<string, unknown>,
): Prediction {
  return {
    known: known as number | null,
    answers: answers as Record<string, HeadAnswer>,
  };
}
