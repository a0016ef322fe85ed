/** Fine-tunes, compared with the twin. @module */

import { assert, assertEquals } from "@std/assert";
import { type Both, predict, tagOf, visit } from "./asking.ts";
import {
  count,
  follow,
  ifMatch,
  labelAt,
  madeBy,
  type Match,
  refused,
  unchanged,
} from "./checks.ts";
import type { Fault } from "./faults.ts";
import { IMAGES } from "./images.ts";
import { isStreamed, STREAM } from "./streams.ts";
import { type Call, type KeyName, KEYS, type Reply } from "./world.ts";

/** Milliseconds for which a receipt is kept. */
const RECEIPT_LIFETIME = 24 * 60 * 60 * 1000;

/** An example, its labels by their places among those that are accepted. */
export interface Example {
  readonly image: number;
  readonly byId: boolean;
  readonly place?: number;
  readonly thing?: number;
  readonly worn?: boolean;
  readonly width?: number;
}

/** A fine-tune. */
export interface Finetune {
  readonly examples: readonly Example[];
  readonly by: KeyName;
  readonly match: Match;
  readonly idempotencyKey: string | null;
  readonly stream: boolean;
  readonly fault: Fault;
  readonly options: Readonly<Record<string, unknown>>;
}

/** The body of a fine-tune. */
interface Lesson {
  readonly examples: readonly unknown[];
  readonly dryRun?: boolean;
}

/** Fine-tunes, and checks the outcome. */
export async function finetune(
  both: Both,
  app: number,
  { examples, by, match, idempotencyKey, stream, fault, options }: Finetune,
): Promise<void> {
  const { twin } = both;
  const ids = examples.some(({ byId }) => byId) ? await predict(both, app) : [];
  const body = (withIds: boolean): Lesson => ({
    examples: examples.map(({ image, byId, place, thing, ...others }) => ({
      ...(byId && withIds
        ? { predictionId: ids[image] }
        : { image: IMAGES[image] }),
      ...(place !== undefined && { place: labelAt(both, "place", place) }),
      ...(thing !== undefined && { thing: labelAt(both, "thing", thing) }),
      ...others,
    })),
    ...options,
  });
  const base = { method: "POST", path: "/finetune", key: KEYS[by] };
  const call: Call = {
    ...base,
    body: body(true),
    headers: {
      ...ifMatch(both, match),
      ...(idempotencyKey !== null && { "Idempotency-Key": idempotencyKey }),
      ...(stream && STREAM),
    },
  };
  const isAdmins = "margin" in options || "trusted" in options;
  if (isAdmins && by !== "root") {
    return void await refused(both, app, call, 403);
  }
  if (isReceipted(both, idempotencyKey)) {
    const receipt = twin.receipts.get(idempotencyKey)!;
    const same = JSON.stringify(receipt.body) === JSON.stringify(call.body);
    if (same) return await repeat(both, app, idempotencyKey, call);
    const reply = await refused(both, app, call, 422);
    assertEquals(JSON.parse(reply.text).field, "Idempotency-Key");
    return;
  }
  if (match === "wrong") return void await refused(both, app, call, 412);
  const plain = { ...base, body: body(false) };
  await learn(both, app, { call, plain, idempotencyKey, fault });
}

/** Whether a request was answered under the key within the last day. */
function isReceipted(
  { twin, world }: Both,
  idempotencyKey: string | null,
): idempotencyKey is string {
  const receipt = twin.receipts.get(idempotencyKey ?? "");
  return receipt !== undefined && receipt.until > world.clock.passed;
}

/** A fine-tune that must be answered unless the store fails. */
export interface Taught {
  readonly call: Call;
  /** The same with images in place of ids, and without headers. */
  readonly plain: Call & { readonly body: Lesson };
  readonly idempotencyKey: string | null;
  readonly fault: Fault;
}

/**
 * Sends a fine-tune, and follows the answer: an app that was just started gives the same.
 * If the store failed, the answer is that of the request sent again, if it has a key.
 */
async function learn(both: Both, app: number, taught: Taught): Promise<void> {
  const { world } = both;
  const { tried, seen } = both.twin.apps[app]!;
  const { call, plain, idempotencyKey, fault } = taught;
  const before = await world.entries();
  const reply = await visit(both, app, call, fault);
  const wasDown = reply.status === 503 && fault === "down";
  if (wasDown) {
    assertEquals(await world.entries(), before);
    tried.push(dryRunOf(plain));
    if (idempotencyKey === null) return;
    return await learn(both, app, { ...taught, fault: "none" });
  }
  const told = await world.callRestarted([...tried, plain]);
  if (reply.status === 503) checkLost(taught, told);
  else {
    assertEquals([reply.status, reply.text], [200, told.text]);
    if (!isStreamed(call)) assertEquals(reply.etag, told.etag);
    count(both, app, outcomeOf(plain, told));
  }
  await settle(both, app, plain, told, before);
  if (reply.status === 503) both.twin.apps[app]!.seen = seen;
  if (idempotencyKey === null) return;
  keepReceipt(both, idempotencyKey, call, told);
  if (reply.status === 503) await repeat(both, app, idempotencyKey, call);
}

/** Checks that a request may have failed though its work was done. */
function checkLost(
  { plain, idempotencyKey, fault }: Taught,
  told: Reply,
): void {
  const isCommit = outcomeOf(plain, told) === "accepted";
  assert(fault === "gone" || (fault === "lost" && !isCommit), told.text);
  assert(isCommit || idempotencyKey !== null, "nothing was to be written");
}

/** Checks what an answer says, and that the store is as it says. */
async function settle(
  both: Both,
  app: number,
  plain: Taught["plain"],
  told: Reply,
  before: readonly string[],
): Promise<void> {
  const { twin, world } = both;
  const { head } = twin;
  const answer = JSON.parse(told.text);
  const { tried } = twin.apps[app]!;
  twin.apps[app]!.seen = head.version;
  assertEquals(answer.version.before, head.version);
  assertEquals(answer.step.before, head.step);
  if (outcomeOf(plain, told) === "accepted") {
    follow(both, app, told, madeBy(both, told, plain));
    return;
  }
  assertEquals(answer.version.after, head.version);
  assertEquals(answer.step.after, head.step);
  assertEquals(told.etag, tagOf(head));
  assert(typeof answer.reason === "string");
  assertEquals(await world.entries(), before);
  tried.push(dryRunOf(plain));
}

/** A fine-tune that is only tried. */
function dryRunOf(plain: Taught["plain"]): Call {
  return { ...plain, body: { ...plain.body, dryRun: true } };
}

/** The outcome that the metrics count. */
export function outcomeOf(
  { body: { dryRun } }: Taught["plain"],
  { text }: Pick<Reply, "text">,
): "accepted" | "refused" | "dry_run" {
  if (dryRun) return "dry_run";
  return JSON.parse(text).accepted ? "accepted" : "refused";
}

/** Remembers an answer that must be repeated for a day. */
export function keepReceipt(
  { twin, world }: Both,
  idempotencyKey: string,
  { body }: Call,
  { text, etag }: Reply,
): void {
  const until = world.clock.passed + RECEIPT_LIFETIME;
  twin.receipts.set(idempotencyKey, { body, text, etag, until });
}

/** Repeats a request under its Idempotency-Key: the answer must be the first one. */
export async function repeat(
  both: Both,
  app: number,
  idempotencyKey: string,
  call?: Call,
): Promise<void> {
  if (!isReceipted(both, idempotencyKey)) return;
  const receipt = both.twin.receipts.get(idempotencyKey)!;
  const again: Call = call ?? {
    method: "POST",
    path: "/finetune",
    body: receipt.body,
    headers: { "Idempotency-Key": idempotencyKey },
  };
  const reply = await unchanged(both, () => visit(both, app, again));
  assertEquals([reply.status, reply.text], [200, receipt.text]);
  if (!isStreamed(again)) assertEquals(reply.etag, receipt.etag);
  count(both, app, "repeated");
}
