/** What every change of the model, and every refusal of one, is checked for. @module */

import { assertEquals } from "@std/assert";
import { type Both, tagOf, visit } from "./asking.ts";
import { active, type Labels, type TwinVersion } from "./twin.ts";
import type { Call, Reply } from "./world.ts";

/** The state that If-Match names. */
export type Match = "none" | "any" | "right" | "wrong";

/** Sends a request that must be refused, and change nothing. */
export async function refused(
  both: Both,
  app: number,
  call: Call,
  status: number,
): Promise<Reply> {
  const reply = await unchanged(both, () => visit(both, app, call));
  assertEquals(reply.status, status, reply.text);
  assertEquals(
    reply.headers.get("Content-Type"),
    "application/problem+json",
  );
  return reply;
}

/** Does work that must leave the store as it is. */
export async function unchanged<T>(
  { world }: Both,
  work: () => Promise<T>,
): Promise<T> {
  const before = await world.entries();
  const result = await work();
  assertEquals(await world.entries(), before);
  return result;
}

/** Checks the answer to a change, and makes the twin's version of it. */
export function follow(
  { twin }: Both,
  app: number,
  reply: Reply,
  made: { change: string; labels: Labels; restored?: number },
): TwinVersion {
  assertEquals(reply.status, 200, reply.text);
  const { version, step, sha256 } = JSON.parse(reply.text);
  const before = twin.head;
  assertEquals(version, { before: before.version, after: before.version + 1 });
  assertEquals(step.before, before.step);
  const hash = /^"sha256-([0-9a-f]{64})"$/.exec(reply.etag!)![1]!;
  assertEquals(sha256 ?? hash, hash);
  return twin.commit(app, {
    restored: null,
    ...made,
    step: step.after,
    sha256: hash,
  });
}

/** Makes the change in an app that was just started, too: the version is the same. */
export async function agree(
  { twin, world }: Both,
  plain: Call,
  attempts: readonly Call[] = [],
): Promise<void> {
  const { status, text, etag } = await world.callRestarted([
    ...attempts,
    plain,
  ]);
  assertEquals([status, etag], [200, tagOf(twin.head)], text);
}

/** Counts a fine-tune that an app has answered. */
export function count({ twin }: Both, app: number, outcome: string): void {
  const { outcomes } = twin.apps[app]!;
  outcomes.set(outcome, 1 + (outcomes.get(outcome) ?? 0));
}

/** A class of a head of the newest version, by its place among those that are accepted. */
export function labelAt({ twin }: Both, head: string, at: number): string {
  const labels = active(twin.head.labels[head]!);
  return labels[at % labels.length]!;
}

/** The header that names a state. */
export function ifMatch({ twin }: Both, match: Match): Record<string, string> {
  switch (match) {
    case "none":
      return {};
    case "any":
      return { "If-Match": "*" };
    case "right":
      return { "If-Match": `"sha256-0", ${tagOf(twin.head)}` };
    case "wrong": {
      const other = twin.versions.findLast(({ sha256 }) =>
        sha256 !== twin.head.sha256
      );
      return { "If-Match": other === undefined ? '"x"' : tagOf(other) };
    }
  }
}
