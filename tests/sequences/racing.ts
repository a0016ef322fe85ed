/** Requests at the same time, compared with the twin. @module */

import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import {
  asking,
  type Both,
  checkPrediction,
  predict,
  visit,
} from "./asking.ts";
import { agree, count, follow, labelAt, madeBy, make } from "./checks.ts";
import { IMAGES } from "./images.ts";
import { checkInference, inferring } from "./inferring.ts";
import { readOutcomes } from "./measuring.ts";
import { keepReceipt, outcomeOf, type Taught } from "./teaching.ts";
import type { Labels } from "./twin.ts";
import type { Call } from "./world.ts";

/** Sends one request to both apps at once: one of them makes the change, both answer it. */
export async function race(both: Both, image: number): Promise<void> {
  const { twin } = both;
  const idempotencyKey = `race ${twin.receipts.size}`;
  const plain: Taught["plain"] = {
    method: "POST",
    path: "/finetune",
    body: {
      examples: [{
        image: IMAGES[image],
        thing: labelAt(both, "thing", image),
      }],
      ...{ mode: "steps", learningRate: 1e-4 },
    },
  };
  const call = { ...plain, headers: { "Idempotency-Key": idempotencyKey } };
  const [one, other] = await Promise.all([
    visit(both, 0, call),
    visit(both, 1, call),
  ]);
  assertEquals([one.status, one.text], [200, other.text], other.text);
  const outcome = outcomeOf(plain, one);
  await countRace(both, outcome);
  keepReceipt(both, idempotencyKey, call, one);
  if (outcome !== "accepted") return;
  const seen = twin.apps.map((app) => app.seen);
  follow(both, 0, one, madeBy(both, one, plain));
  twin.apps.forEach((app, i) => app.seen = seen[i]!);
  await agree(both, one, plain);
}

/** Counts the fine-tune of the app that was first, and the repeat of the other. */
async function countRace(both: Both, outcome: string): Promise<void> {
  const [known, now] = [
    both.twin.apps[0]!.outcomes,
    await readOutcomes(both, 0),
  ];
  const first = (now.get(outcome) ?? 0) > (known.get(outcome) ?? 0) ? 0 : 1;
  count(both, first, outcome);
  count(both, 1 - first, "repeated");
}

/** Renames a class in one app while another, or the same, is taught it: one comes first. */
export async function overtake(
  both: Both,
  [renaming, teaching]: readonly [number, number],
  at: number,
): Promise<void> {
  const { from, rename, labels } = renamingOf(both, at);
  const teach = {
    method: "POST",
    path: "/finetune",
    body: {
      examples: [{ image: IMAGES[0], thing: from }],
      mode: "steps",
      learningRate: 1e-4,
    },
  };
  const [renamed, taught] = await Promise.all([
    visit(both, renaming, rename),
    visit(both, teaching, teach),
  ]);
  assert([200, 409, 422].includes(taught.status), taught.text);
  if (taught.status === 200) {
    const { accepted } = JSON.parse(taught.text);
    count(both, teaching, accepted ? "accepted" : "refused");
    if (accepted) {
      follow(both, teaching, taught, madeBy(both, taught, teach));
      await agree(both, taught, teach);
    }
  }
  follow(both, renaming, renamed, {
    change: "labels",
    labels,
    by: "root",
    examples: null,
  });
  await agree(both, renamed, rename);
}

/** A new name for a class of the newest version. */
function renamingOf(
  both: Both,
  at: number,
): { from: string; rename: Call; labels: Labels } {
  const { head, versions } = both.twin;
  const { labels, retired } = head.labels.thing!;
  const from = labelAt(both, "thing", at);
  const label = `class ${versions.length}`;
  const next = labels.map((each) => each === from ? label : each);
  const path = `/labels/thing/${encodeURIComponent(from)}`;
  return {
    from,
    rename: { method: "PATCH", path, body: { label } },
    labels: { ...head.labels, thing: { labels: next, retired } },
  };
}

/** Asks both apps in both ways while one of them renames a class: each answer is one version's. */
export async function askMeanwhile(
  both: Both,
  app: number,
  at: number,
): Promise<void> {
  const { twin } = both;
  const { head } = twin;
  const { rename, labels } = renamingOf(both, at);
  const renaming = make(both, app, {
    plain: rename,
    match: "none",
    fault: "none",
    made: { change: "labels", labels, examples: null },
  });
  const before = twin.apps.map(({ seen }) => seen);
  const apps = [...before.keys()];
  const replies = {
    infer: apps.map((app) => visit(both, app, inferring())),
    inferPinned: apps.map((app) => visit(both, app, inferring(head.version))),
    predict: apps.map((app) => visit(both, app, asking())),
  };
  await renaming;
  for (const other of apps) {
    const least = twin.apps[other]!.seen;
    twin.apps[other]!.seen = before[other]!;
    await checkInference(both, other, await replies.infer[other]!);
    twin.apps[other]!.seen = before[other]!;
    await checkInference(both, other, await replies.inferPinned[other]!, head);
    const version = checkPrediction(both, await replies.predict[other]!);
    assertGreaterOrEqual(version.version, before[other]!);
    twin.apps[other]!.seen = least;
    await predict(both, other);
  }
}
