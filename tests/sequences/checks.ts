/** What every change of the model, and every refusal of one, is checked for. @module */

import { assertEquals } from "@std/assert";
import { type Both, tagOf, visit } from "./asking.ts";
import type { Fault } from "./faults.ts";
import { active, type TwinVersion } from "./twin.ts";
import { type Call, KEYS, type Reply } from "./world.ts";

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

/** What the twin knows of a version before it is made. */
export type Made =
  & Pick<TwinVersion, "change" | "labels" | "by" | "examples">
  & Partial<Pick<TwinVersion, "restored" | "loss" | "guard">>;

/** A change that must be made, unless the store fails. */
export interface Change {
  /** The change as any app may be asked for it. */
  readonly plain: Call;
  /** The state that it is asked for in. */
  readonly match: Match;
  readonly fault: Fault;
  readonly made: Omit<Made, "by">;
}

/** Makes a change; resolves to its version, or undefined if the store failed. */
export async function make(
  both: Both,
  app: number,
  { plain, match, fault, made }: Change,
): Promise<TwinVersion | undefined> {
  const { twin, world } = both;
  const { seen } = twin.apps[app]!;
  const before = await world.entries();
  const call = { ...plain, headers: ifMatch(both, match) };
  const reply = await visit(both, app, call, fault);
  if (fault === "down" || fault === "gone") {
    assertEquals(reply.status, 503, reply.text);
    assertEquals(reply.headers.get("Retry-After"), "1");
  }
  if (fault === "down") {
    assertEquals(await world.entries(), before);
    return undefined;
  }
  const told = fault === "gone" ? await world.callRestarted([plain]) : reply;
  const version = follow(both, app, told, { ...made, by: nameOf(plain) });
  if (fault === "gone") twin.apps[app]!.seen = seen;
  else await agree(both, reply, plain);
  return version;
}

/** The name of the key that a call is sent with. */
export function nameOf({ key = KEYS.root }: Call): string | undefined {
  return Object.entries(KEYS).find(([, each]) => each === key)?.[0];
}

/** The version that an accepted fine-tune made. */
export function madeBy(
  { twin }: Both,
  { text }: Pick<Reply, "text">,
  plain: Call,
): Made {
  const { loss, guard } = JSON.parse(text);
  const { examples } = plain.body as { examples: readonly unknown[] };
  return {
    change: "finetune",
    labels: twin.head.labels,
    by: nameOf(plain),
    loss,
    guard,
    examples: examples.length,
  };
}

/** Checks the answer to a change, and makes the twin's version of it. */
export function follow(
  { twin }: Both,
  app: number,
  reply: Pick<Reply, "status" | "text" | "etag">,
  made: Made,
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
    loss: null,
    guard: null,
    ...made,
    step: step.after,
    sha256: hash,
  });
}

/** Makes the change in an app that was just started, too: it gives the same answer. */
export async function agree(
  { twin, world }: Both,
  { text }: Pick<Reply, "text">,
  plain: Call,
): Promise<void> {
  const told = await world.callRestarted([plain]);
  assertEquals([told.status, told.text], [200, text]);
  assertEquals(told.etag, tagOf(twin.head));
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
