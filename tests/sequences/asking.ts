/** Requests that change nothing, compared with the twin. @module */

import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import type { Hono } from "hono";
import { sha256 } from "../../src/model/bits.ts";
import { readWeights } from "../../src/service/weights.ts";
import { openEngine } from "../../src/store/open.ts";
import { IMAGES } from "./images.ts";
import type { Fault } from "./faults.ts";
import { endOf } from "./streams.ts";
import { active, type Twin, type TwinVersion } from "./twin.ts";
import { type Call, openApp, type Reply, send, type World } from "./world.ts";

/** Milliseconds for which a prediction's id is valid. */
const ID_LIFETIME = 60 * 60 * 1000;

/** The twin and the apps, as every operation gets them. */
export interface Both {
  readonly twin: Twin;
  readonly world: World;
}

/** The entity tag of a version. */
export function tagOf({ sha256 }: Pick<TwinVersion, "sha256">): string {
  return `"sha256-${sha256}"`;
}

/**
 * Sends a request that the metrics must count, while the store fails or not; resolves to
 * the answer, that at the end of a stream.
 */
export async function visit(
  { twin, world }: Both,
  app: number,
  call: Call,
  fault: Fault = "none",
): Promise<Reply> {
  const reply = await world.callFailing(app, call, fault);
  const { requests } = twin.apps[app]!;
  const labels = { method: call.method, route: routeOf(call.path) };
  const series = [...Object.entries(labels), ["status", reply.status]]
    .map(([name, value]) => `${name}="${value}"`).join();
  requests.set(series, 1 + (requests.get(series) ?? 0));
  return endOf(reply);
}

/** The route of a path. */
function routeOf(path: string): string {
  return path.replace(/\?.*/, "")
    .replace(/^\/labels\/.*/, "/labels/:head/:name")
    .replace(/^\/tags\/.*/, "/tags/:name")
    .replace(/(\/versions\/)[^/]+/, "$1:version")
    .replace(/(\/models\/)[^/]+/, "$1:model");
}

/** A request for the answers about all images. */
export function asking(version?: number): Call {
  const pinned = version === undefined ? "" : `&version=${version}`;
  return {
    method: "POST",
    path: `/predict?topK=99${pinned}`,
    key: "look",
    body: { images: IMAGES },
  };
}

/** Predicts with the version that an app serves; resolves to the ids of the images. */
export async function predict(both: Both, app: number): Promise<string[]> {
  const { twin } = both;
  const reply = await visit(both, app, asking());
  const { version } = checkPrediction(both, reply);
  assertGreaterOrEqual(version, twin.apps[app]!.seen);
  twin.apps[app]!.seen = version;
  return keepIds(both, app, reply);
}

/** Predicts with one version. A version that was removed may still be in memory. */
export async function predictPinned(
  both: Both,
  app: number,
  version: TwinVersion,
): Promise<void> {
  const reply = await visit(both, app, asking(version.version));
  if (version.gone && reply.status === 404) return;
  assertEquals(checkPrediction(both, reply), version);
  keepIds(both, app, reply);
}

function keepIds({ twin, world }: Both, app: number, reply: Reply): string[] {
  const { predictions } = JSON.parse(reply.text);
  const ids: string[] = predictions.map(({ id }: { id: string }) => id);
  for (const id of ids) {
    twin.apps[app]!.ids.set(id, world.clock.passed + ID_LIFETIME);
  }
  return ids;
}

/** Checks an answer of /predict; returns the version that gave it. */
export function checkPrediction({ twin }: Both, reply: Reply): TwinVersion {
  assertEquals(reply.status, 200, reply.text);
  const { predictions, model } = JSON.parse(reply.text);
  const version = twin.versions[model.version];
  assert(version !== undefined, `there is no version ${model.version}`);
  assertEquals(model, {
    version: version.version,
    step: version.step,
    etag: tagOf(version),
  });
  assertEquals(reply.etag, model.etag);
  checkAnswers(twin, version, predictions);
  return version;
}

/** Checks the answers of a version about all images. */
function checkAnswers(
  twin: Twin,
  state: Pick<TwinVersion, "sha256" | "labels">,
  predictions: readonly Record<string, { top: { label: string }[] }>[],
): void {
  const said = twin.said(state);
  const text = JSON.stringify(predictions);
  said.predictions ??= text;
  assertEquals(text, said.predictions, `answers of ${state.sha256}`);
  assertEquals(predictions.length, IMAGES.length);
  for (const [head, classes] of Object.entries(state.labels)) {
    for (const prediction of predictions) {
      const labels = prediction[head]!.top.map(({ label }) => label);
      assertEquals(labels.toSorted(), active(classes).toSorted());
    }
  }
}

/** Reads the history, a page of it, and compares it with the twin's. */
export async function list(
  both: Both,
  app: number,
  { limit, before }: { limit: number; before?: number },
): Promise<void> {
  const older = before === undefined ? "" : `&before=${before}`;
  const { status, text } = await visit(both, app, {
    method: "GET",
    path: `/versions?limit=${limit}${older}`,
    key: "look",
  });
  assertEquals(status, 200, text);
  const expected = both.twin.kept
    .filter(({ version }) => before === undefined || version < before)
    .slice(0, limit);
  const { versions } = JSON.parse(text);
  assertEquals(
    versions.map(({ version }: TwinVersion) => version),
    expected.map(({ version }) => version),
  );
  expected.forEach((version, i) => checkEntry(both, version, versions[i]));
}

/** Reads one version's entry. */
export async function find(
  both: Both,
  app: number,
  version: TwinVersion,
): Promise<void> {
  const { status, text, etag } = await visit(both, app, {
    method: "GET",
    path: `/versions/${version.version}`,
    key: "look",
  });
  assertEquals(status, version.gone ? 404 : 200, text);
  if (version.gone) return;
  assertEquals(etag, tagOf(version));
  const { steps: _, tensors: __, request, ...entry } = JSON.parse(text);
  checkEntry(both, version, entry);
  assertEquals(request?.examples ?? null, version.examples);
  if (request === null) return;
  const parent = both.twin.versions[version.parent!]!;
  assertEquals(request.steps, version.step - parent.step);
}

function checkEntry(
  { twin }: Both,
  version: TwinVersion,
  { tags, ...entry }: Record<string, unknown> & { tags: string[] },
): void {
  const { version: number, parent, change, restored, step, sha256 } = version;
  const { by, loss, guard = entry.guard } = version;
  const facts = { version: number, parent, change, restored, step, sha256 };
  for (const [name, value] of Object.entries({ ...facts, by, loss, guard })) {
    assertEquals(entry[name], value, `${name} of version ${number}`);
  }
  assertEquals(tags.toSorted(), twin.tagsOf(number));
  const text = JSON.stringify(entry);
  version.entry ??= text;
  assertEquals(text, version.entry);
}

/** Downloads the file of a version; undefined if it was removed. */
export async function download(
  both: Both,
  app: number,
  version: TwinVersion,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const path = `/model?version=${version.version}`;
  const reply = await visit(both, app, { method: "GET", path, key: "look" });
  if (version.gone && reply.status === 404) return undefined;
  assertEquals([reply.status, reply.etag], [200, tagOf(version)]);
  assertEquals(reply.headers.get("Content-Location"), path.slice(1));
  const said = both.twin.said(version);
  const hash = await sha256(reply.bytes);
  said.file ??= hash;
  assertEquals(hash, said.file);
  const again = await visit(both, app, {
    method: "GET",
    path,
    headers: { "If-None-Match": tagOf(version) },
  });
  assertEquals([again.status, again.bytes.length], [304, 0]);
  return reply.bytes;
}

/** Serves the file of a version as a model of its own, and compares its answers. */
export async function reuse(
  both: Both,
  app: number,
  version: TwinVersion,
): Promise<void> {
  const bytes = await download(both, app, version);
  if (bytes === undefined) return;
  const { app: own, service } = await openApp(
    await readWeights(bytes),
    await openEngine("memory"),
  );
  try {
    await checkSameAnswers(both, own, version);
  } finally {
    await service.close();
  }
}

/** Checks that another app answers as a version does. */
export async function checkSameAnswers(
  { twin }: Both,
  app: Hono,
  state: Pick<TwinVersion, "sha256" | "labels">,
): Promise<void> {
  const { status, text } = await send(app, asking());
  assertEquals(status, 200, text);
  checkAnswers(twin, state, JSON.parse(text).predictions);
}
