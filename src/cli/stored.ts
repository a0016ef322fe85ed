/** The newest version of a model in a store, or on a running server. @module */

import {
  type SafetensorsReader,
  viewSafetensors,
} from "../checkpoint/safetensors_reader.ts";
import { DataError } from "../errors.ts";
import { COMMAND_LIMITS } from "../image/limits.ts";
import { Service } from "../service/service.ts";
import { openEngine } from "../store/open.ts";
import { loadWeights } from "./weights.ts";

/** Whether a store's setting is the URL of a server. */
export function isServer(store: string): boolean {
  return /^https?:\/\//.test(store);
}

/**
 * Opens a service of a weights file and its store, for as long as `body` takes.
 *
 * @throws {CheckpointError} If there is no such file, or it is not a model.
 */
export async function withStore<T>(
  file: string | URL,
  store: string,
  body: (service: Service) => Promise<T>,
): Promise<T> {
  const { weights } = await loadWeights(file);
  const engine = await openEngine(store);
  const service = await Service.create({
    weights,
    engine,
    limits: COMMAND_LIMITS,
  });
  try {
    return await body(service);
  } finally {
    await service.close();
  }
}

/** The newest version as a file: of a store, or of a server, for which ADMIN_KEY is needed. */
export async function newestState(
  file: string | URL,
  store: string,
): Promise<SafetensorsReader> {
  if (isServer(store)) return viewSafetensors(await exportOf(store));
  return await withStore(file, store, async (service) => {
    const { chunks } = await (await service.transfer()).export();
    const stream = ReadableStream.from(chunks);
    return viewSafetensors(await new Response(stream).bytes());
  });
}

async function exportOf(server: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await callServer(server, "export", "ADMIN_KEY");
  if (response.ok) return await response.bytes();
  const { detail } = await refusalOf(response, "ADMIN_KEY");
  throw new DataError(`Cannot get the model from ${server}: it ${detail}`);
}

/** The variables of the environment that hold a server's keys. */
export type KeyVariable = "PREDICT_KEY" | "ADMIN_KEY";

/**
 * Calls a running server, with the key in a variable of the environment.
 *
 * @throws {DataError} If it cannot be reached.
 */
export async function callServer(
  server: string,
  path: string,
  variable: KeyVariable,
  init: RequestInit = {},
): Promise<Response> {
  const key = Deno.env.get(variable);
  try {
    return await fetch(new URL(path, server.replace(/\/*$/, "/")), {
      ...init,
      headers: key === undefined ? {} : { Authorization: `Bearer ${key}` },
    });
  } catch (cause) {
    throw new DataError(
      `Cannot reach ${server}: expected a running server, got ${
        (cause as Error).message
      }`,
      { cause },
    );
  }
}

/** A refusal of a server in words, and the field that it blames. */
export async function refusalOf(
  response: Response,
  variable: KeyVariable,
): Promise<{ detail: string; field?: string }> {
  const { status, statusText } = response;
  const problem = await response.json().catch(() => ({ detail: statusText }));
  const advice = [401, 403].includes(status)
    ? `; set ${variable} to the key of the server`
    : "";
  return {
    ...problem,
    detail: `answers ${status}: ${problem.detail}${advice}`,
  };
}
