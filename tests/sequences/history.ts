/** Rollbacks, tags, exports and imports, compared with the twin. @module */

import { assertEquals } from "@std/assert";
import { sha256 } from "../../src/model/bits.ts";
import { openEngine } from "../../src/store/open.ts";
import { type Both, checkSameAnswers, tagOf, visit } from "./asking.ts";
import { agree, follow, ifMatch, type Match, refused } from "./checks.ts";
import type { TwinVersion } from "./twin.ts";
import { openApp, send } from "./world.ts";

/** Goes back to a version. */
export async function rollback(
  both: Both,
  app: number,
  version: TwinVersion,
  match: Match,
): Promise<void> {
  const plain = {
    method: "POST",
    path: "/rollback",
    body: { version: version.version },
  };
  const call = { ...plain, headers: ifMatch(both, match) };
  if (match === "wrong") return void await refused(both, app, call, 412);
  if (version.gone) return void await refused(both, app, call, 404);
  const made = follow(both, app, await visit(both, app, call), {
    change: "rollback",
    labels: version.labels,
    restored: version.version,
  });
  assertEquals([made.sha256, made.step], [version.sha256, version.step]);
  await agree(both, plain);
}

/** Exports the head, to be imported later. */
export async function exportState(both: Both, app: number): Promise<void> {
  const { twin } = both;
  const reply = await visit(both, app, { method: "GET", path: "/export" });
  assertEquals([reply.status, reply.etag], [200, tagOf(twin.head)]);
  twin.apps[app]!.seen = twin.head.version;
  const said = twin.said(twin.head);
  const hash = await sha256(reply.bytes);
  said.state ??= hash;
  assertEquals(hash, said.state, "equal states have equal exports");
  twin.exports.push({ bytes: reply.bytes, version: twin.head });
}

/** Imports a state that was exported earlier. */
export async function importState(
  both: Both,
  app: number,
  at: number,
  match: Match,
): Promise<void> {
  const { twin } = both;
  const { bytes, version } = twin.exports[at % twin.exports.length]!;
  const plain = { method: "POST", path: "/import", body: bytes };
  const call = { ...plain, headers: ifMatch(both, match) };
  if (match === "wrong") return void await refused(both, app, call, 412);
  const { labels } = version;
  const reply = await visit(both, app, call);
  const made = follow(both, app, reply, { change: "import", labels });
  assertEquals([made.sha256, made.step], [version.sha256, version.step]);
  await agree(both, plain);
}

/** Imports a state into an app with a store of its own: it is the same there. */
export async function move(both: Both, at: number): Promise<void> {
  const { twin, world } = both;
  const { bytes, version } = twin.exports[at % twin.exports.length]!;
  const engine = await openEngine("memory");
  const { app, service } = await openApp(world.weights, engine);
  const call = { method: "POST", path: "/import", body: bytes };
  const { status, text, etag } = await send(app, call);
  assertEquals([status, etag], [200, tagOf(version)], text);
  await checkSameAnswers(both, app, version);
  const again = await send(app, { method: "GET", path: "/export" });
  assertEquals(await sha256(again.bytes), await sha256(bytes));
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
