/** Changes of labels, compared with the twin. @module */

import { assert, assertEquals } from "@std/assert";
import { type Both, visit } from "./asking.ts";
import {
  agree,
  count,
  follow,
  ifMatch,
  labelAt,
  type Match,
  refused,
  unchanged,
} from "./checks.ts";
import { IMAGES } from "./images.ts";
import { active, type Labels } from "./twin.ts";
import type { Call } from "./world.ts";

/** Adds a class; refused if the head has or had it. */
export async function addLabel(
  both: Both,
  app: number,
  { head, label, images, match }: {
    head: string;
    label: string;
    images: readonly number[];
    match: Match;
  },
): Promise<void> {
  const { labels, retired } = both.twin.head.labels[head]!;
  const body = { head, label, images: images.map((image) => IMAGES[image]) };
  const call = { method: "POST", path: "/labels", body };
  await relabel(both, app, call, match, labels.includes(label) ? 422 : 200, {
    [head]: { labels: [...labels, label], retired },
  });
}

/** Renames a class; refused if the head has the name already. */
export async function renameLabel(
  both: Both,
  app: number,
  { head, at, label, match }: {
    head: string;
    at: number;
    label: string;
    match: Match;
  },
): Promise<void> {
  const { labels, retired } = both.twin.head.labels[head]!;
  const from = labelAt(both, head, at);
  const path = `/labels/${head}/${encodeURIComponent(from)}`;
  const call = { method: "PATCH", path, body: { label } };
  await relabel(both, app, call, match, labels.includes(label) ? 422 : 200, {
    [head]: {
      labels: labels.map((each) => each === from ? label : each),
      retired,
    },
  });
}

/** Retires a class; refused if it is the last one. */
export async function retireLabel(
  both: Both,
  app: number,
  { head, at, match }: { head: string; at: number; match: Match },
): Promise<void> {
  const classes = both.twin.head.labels[head]!;
  const label = labelAt(both, head, at);
  const path = `/labels/${head}/${encodeURIComponent(label)}`;
  const status = active(classes).length > 1 ? 200 : 422;
  await relabel(both, app, { method: "DELETE", path }, match, status, {
    [head]: { ...classes, retired: [...classes.retired, label] },
  });
}

async function relabel(
  both: Both,
  app: number,
  plain: Call,
  match: Match,
  status: number,
  changed: Labels,
): Promise<void> {
  const { head } = both.twin;
  const call = { ...plain, headers: ifMatch(both, match) };
  if (match === "wrong") {
    // Which of the two is found first is not promised.
    const reply = await unchanged(both, () => visit(both, app, call));
    assert([412, status].includes(reply.status) && reply.status !== 200);
    return;
  }
  if (status !== 200) return void await refused(both, app, call, status);
  const reply = await visit(both, app, call);
  const labels = { ...head.labels, ...changed };
  const made = follow(both, app, reply, { change: "labels", labels });
  assertEquals(made.step, head.step);
  await agree(both, plain);
}

/** Renames a class in one app while another, or the same, is taught it: one comes first. */
export async function overtake(
  both: Both,
  [renaming, teaching]: readonly [number, number],
  at: number,
): Promise<void> {
  const { twin } = both;
  const { labels, retired } = twin.head.labels.thing!;
  const from = labelAt(both, "thing", at);
  const to = `class ${twin.versions.length}`;
  const rename = {
    method: "PATCH",
    path: `/labels/thing/${encodeURIComponent(from)}`,
    body: { label: to },
  };
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
      follow(both, teaching, taught, {
        change: "finetune",
        labels: twin.head.labels,
      });
      await agree(both, teach);
    }
  }
  const thing = {
    labels: labels.map((each) => each === from ? to : each),
    retired,
  };
  follow(both, renaming, renamed, {
    change: "labels",
    labels: { ...twin.head.labels, thing },
  });
  await agree(both, rename);
}
