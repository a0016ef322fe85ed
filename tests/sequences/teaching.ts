/** Fine-tunes, compared with the twin. @module */

import { assert, assertEquals } from "@std/assert";
import { type Both, predict, tagOf, visit } from "./asking.ts";
import {
  agree,
  count,
  follow,
  ifMatch,
  labelAt,
  type Match,
  refused,
} from "./checks.ts";
import { IMAGES } from "./images.ts";
import type { Call, Reply } from "./world.ts";

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
  readonly match: Match;
  readonly idempotencyKey: string | null;
  readonly options: Readonly<Record<string, unknown>> & { dryRun?: boolean };
}

/** Fine-tunes, and checks the outcome. */
export async function finetune(
  both: Both,
  app: number,
  { examples, match, idempotencyKey, options }: Finetune,
): Promise<void> {
  const { twin, world } = both;
  const ids = examples.some(({ byId }) => byId) ? await predict(both, app) : [];
  const body = (withIds: boolean) => ({
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
  const call: Call = {
    method: "POST",
    path: "/finetune",
    body: body(true),
    headers: {
      ...ifMatch(both, match),
      ...(idempotencyKey !== null && { "Idempotency-Key": idempotencyKey }),
    },
  };
  const receipt = idempotencyKey === null
    ? undefined
    : twin.receipts.get(idempotencyKey);
  if (receipt !== undefined && receipt.until > world.clock.passed) {
    if (JSON.stringify(receipt.call) === JSON.stringify(call)) {
      return await repeat(both, app, idempotencyKey!);
    }
    const reply = await refused(both, app, call, 422);
    assertEquals(JSON.parse(reply.text).field, "Idempotency-Key");
    return;
  }
  if (match === "wrong") return void await refused(both, app, call, 412);
  const plain: Call = { method: "POST", path: "/finetune", body: body(false) };
  const reply = await learn(both, app, call, plain);
  if (idempotencyKey !== null) {
    twin.receipts.set(idempotencyKey, {
      call,
      text: reply.text,
      etag: reply.etag,
      until: world.clock.passed + RECEIPT_LIFETIME,
    });
  }
}

/** Sends a fine-tune that must be answered with 200, and follows the answer. */
async function learn(
  both: Both,
  app: number,
  call: Call,
  plain: Call,
): Promise<Reply> {
  const { twin, world } = both;
  const { head } = twin;
  const before = await world.entries();
  const reply = await visit(both, app, call);
  assertEquals(reply.status, 200, reply.text);
  const answer = JSON.parse(reply.text);
  const { dryRun } = plain.body as { dryRun?: boolean };
  count(
    both,
    app,
    dryRun ? "dry_run" : answer.accepted ? "accepted" : "refused",
  );
  assertEquals(answer.version.before, head.version);
  assertEquals(answer.step.before, head.step);
  twin.apps[app]!.seen = head.version;
  const { tried } = twin.apps[app]!;
  if (!answer.accepted || dryRun) {
    assertEquals(answer.version.after, head.version);
    assertEquals(answer.step.after, head.step);
    assertEquals(reply.etag, tagOf(head));
    assert(typeof answer.reason === "string");
    assertEquals(await world.entries(), before);
    tried.push(plain);
    return reply;
  }
  const attempts = tried.splice(0);
  follow(both, app, reply, { change: "finetune", labels: head.labels });
  await agree(both, plain, attempts);
  return reply;
}

/** Repeats a request under its Idempotency-Key: the answer must be the first one. */
export async function repeat(
  both: Both,
  app: number,
  idempotencyKey: string,
): Promise<void> {
  const { twin, world } = both;
  const receipt = twin.receipts.get(idempotencyKey);
  if (receipt === undefined || receipt.until <= world.clock.passed) return;
  const before = await world.entries();
  const reply = await visit(both, app, receipt.call);
  assertEquals(
    [reply.status, reply.text, reply.etag],
    [200, receipt.text, receipt.etag],
  );
  assertEquals(await world.entries(), before);
  const { accepted } = JSON.parse(reply.text);
  const { dryRun } = receipt.call.body as { dryRun?: boolean };
  count(both, app, dryRun ? "dry_run" : accepted ? "accepted" : "refused");
}

/** Sends one request to both apps at once: one of them makes the change, both answer it. */
export async function race(both: Both, image: number): Promise<void> {
  const { twin, world } = both;
  const idempotencyKey = `race ${twin.receipts.size}`;
  const plain: Call = {
    method: "POST",
    path: "/finetune",
    body: {
      examples: [{
        image: IMAGES[image],
        thing: labelAt(both, "thing", image),
      }],
      mode: "steps",
      learningRate: 1e-4,
    },
  };
  const call = { ...plain, headers: { "Idempotency-Key": idempotencyKey } };
  const [one, other] = await Promise.all([
    visit(both, 0, call),
    visit(both, 1, call),
  ]);
  assertEquals([one.status, one.text], [200, other.text], other.text);
  const { accepted } = JSON.parse(one.text);
  for (const app of [0, 1]) count(both, app, accepted ? "accepted" : "refused");
  twin.receipts.set(idempotencyKey, {
    call,
    text: one.text,
    etag: one.etag,
    until: world.clock.passed + RECEIPT_LIFETIME,
  });
  if (!accepted) return;
  const seen = twin.apps.map((app) => app.seen);
  follow(both, 0, one, { change: "finetune", labels: twin.head.labels });
  twin.apps.forEach((app, i) => app.seen = seen[i]!);
  await agree(both, plain);
}
