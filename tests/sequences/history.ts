/** Rollbacks, tags, exports and imports, compared with the twin. @module */

import { assertEquals } from "@std/assert";
import { sha256 } from "../../src/model/bits.ts";
import { openEngine } from "../../src/store/open.ts";
import { type Both, checkSameAnswers, tagOf, visit } from "./asking.ts";
import { ifMatch, make, type Match, refused } from "./checks.ts";
import type { Fault } from "./faults.ts";
import { IMAGES } from "./images.ts";
import type { TwinVersion } from "./twin.ts";
import { openApp, send } from "./world.ts";

/** Goes back to a version. */
export async function rollback(
  both: Both,
  app: number,
  version: TwinVersion,
  { match, fault }: { match: Match; fault: Fault },
): Promise<void> {
  const plain = {
    method: "POST",
    path: "/rollback",
    body: { version: version.version },
  };
  const call = { ...plain, headers: ifMatch(both, match) };
  if (match === "wrong") return void await refused(both, app, call, 412);
  if (version.gone) return void await refused(both, app, call, 404);
  const made = await make(both, app, {
    plain,
    match,
    fault,
    made: {
      change: "rollback",
      labels: version.labels,
      restored: version.version,
      examples: null,
    },
  });
  if (made === undefined) return;
  assertEquals([made.sha256, made.step], [version.sha256, version.step]);
  await downloadState(both, app);
}

/** Exports the head, to be imported later. */
export async function exportState(both: Both, app: number): Promise<void> {
  const bytes = await downloadState(both, app);
  both.twin.exports.push({ bytes, state: both.twin.head });
}

/** Exports the head. Equal states have equal exports. */
async function downloadState(
  both: Both,
  app: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { twin } = both;
  const reply = await visit(both, app, { method: "GET", path: "/export" });
  assertEquals([reply.status, reply.etag], [200, tagOf(twin.head)]);
  twin.apps[app]!.seen = twin.head.version;
  const said = twin.said(twin.head);
  const hash = await sha256(reply.bytes);
  said.state ??= hash;
  assertEquals(hash, said.state, "equal states have equal exports");
  return reply.bytes;
}

/** Imports a state that was exported earlier. */
export async function importState(
  both: Both,
  app: number,
  { at, match, fault }: { at: number; match: Match; fault: Fault },
): Promise<void> {
  const { twin } = both;
  const { bytes, state } = twin.exports[at % twin.exports.length]!;
  const plain = { method: "POST", path: "/import", body: bytes };
  const call = { ...plain, headers: ifMatch(both, match) };
  if (match === "wrong") return void await refused(both, app, call, 412);
  const made = await make(both, app, {
    plain,
    match,
    fault,
    made: { change: "import", labels: state.labels, examples: null },
  });
  if (made === undefined) return;
  assertEquals([made.sha256, made.step], [state.sha256, state.step]);
  await downloadState(both, app);
}

/**
 * Imports a state into an app with a store of its own: it is the same there. It is
 * corrected there, and exported to be imported here later.
 */
export async function move(
  both: Both,
  at: number,
  image: number,
): Promise<void> {
  const { twin, world } = both;
  const { bytes, state } = twin.exports[at % twin.exports.length]!;
  const engine = await openEngine("memory");
  const { app, service } = await openApp(world.weights, engine);
  const call = { method: "POST", path: "/import", body: bytes };
  const { status, text, etag } = await send(app, call);
  assertEquals([status, etag], [200, tagOf(state)], text);
  await checkSameAnswers(both, app, state);
  const again = await send(app, { method: "GET", path: "/export" });
  assertEquals(await sha256(again.bytes), await sha256(bytes));
  const taught = await send(app, {
    method: "POST",
    path: "/finetune",
    body: { examples: [{ image: IMAGES[image], worn: true }] },
  });
  const { accepted, step } = JSON.parse(taught.text);
  if (accepted) {
    const next = await send(app, { method: "GET", path: "/export" });
    assertEquals(next.etag, taught.etag);
    const sha256 = JSON.parse(taught.etag!).slice("sha256-".length);
    const { labels } = state;
    twin.exports.push({
      bytes: next.bytes,
      state: { sha256, step: step.after, labels },
    });
  }
  await service.close();
}

/** Names a version, in both stores. */
export async function tag(
  both: Both,
  app: number,
  name: string,
  version: TwinVersion,
): Promise<void> {
  const call = {
    method: "PUT",
    path: `/tags/${name}`,
    body: { version: version.version },
  };
  if (version.gone) return void await refused(both, app, call, 404);
  for (
    const { status } of [
      await visit(both, app, call),
      await both.world.callRestarted([call]),
    ]
  ) assertEquals(status, 200);
  both.twin.tags.set(name, version.version);
}

/** Takes a name away, in both stores. */
export async function untag(
  both: Both,
  app: number,
  name: string,
): Promise<void> {
  const call = { method: "DELETE", path: `/tags/${name}` };
  for (
    const { status } of [
      await visit(both, app, call),
      await both.world.callRestarted([call]),
    ]
  ) assertEquals(status, 204);
  both.twin.tags.delete(name);
}
