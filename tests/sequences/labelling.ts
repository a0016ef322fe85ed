/** Changes of labels, compared with the twin. @module */

import { assert, assertEquals } from "@std/assert";
import { type Both, visit } from "./asking.ts";
import {
  ifMatch,
  labelAt,
  type Made,
  make,
  type Match,
  refused,
  unchanged,
} from "./checks.ts";
import type { Fault } from "./faults.ts";
import { IMAGES } from "./images.ts";
import { active, type Labels } from "./twin.ts";
import { type Call, type KeyName, KEYS } from "./world.ts";

/** Adds a class; refused if the head has or had it. */
export async function addLabel(
  both: Both,
  app: number,
  { head, label, images, ...options }: Options & {
    head: string;
    label: string;
    images: readonly number[];
  },
): Promise<void> {
  const { labels, retired } = both.twin.head.labels[head]!;
  const body = { head, label, images: images.map((image) => IMAGES[image]) };
  await relabel(both, app, options, {
    call: { method: "POST", path: "/labels", body },
    refused: labels.includes(label),
    labels: { [head]: { labels: [...labels, label], retired } },
    learned: { examples: images.length, guard: undefined },
  });
}

/** Renames a class; refused if the head has the name already. */
export async function renameLabel(
  both: Both,
  app: number,
  { head, at, label, ...options }: Options & {
    head: string;
    at: number;
    label: string;
  },
): Promise<void> {
  const { labels, retired } = both.twin.head.labels[head]!;
  const from = labelAt(both, head, at);
  const path = `/labels/${head}/${encodeURIComponent(from)}`;
  const next = labels.map((each) => each === from ? label : each);
  await relabel(both, app, options, {
    call: { method: "PATCH", path, body: { label } },
    refused: labels.includes(label),
    labels: { [head]: { labels: next, retired } },
  });
}

/** Retires a class; refused if it is the last one. */
export async function retireLabel(
  both: Both,
  app: number,
  { head, at, ...options }: Options & { head: string; at: number },
): Promise<void> {
  const classes = both.twin.head.labels[head]!;
  const label = labelAt(both, head, at);
  const path = `/labels/${head}/${encodeURIComponent(label)}`;
  await relabel(both, app, options, {
    call: { method: "DELETE", path },
    refused: active(classes).length === 1,
    labels: { [head]: { ...classes, retired: [...classes.retired, label] } },
  });
}

/** The part of a change of labels that is the same for all. */
interface Options {
  readonly by: KeyName;
  readonly match: Match;
  readonly fault: Fault;
}

async function relabel(
  both: Both,
  app: number,
  { by, match, fault }: Options,
  { call, refused: isRefused, labels, learned = { examples: null } }: {
    call: Call;
    /** Whether the labels do not allow it. */
    refused: boolean;
    /** The labels that it changes. */
    labels: Labels;
    learned?: Pick<Made, "examples" | "guard">;
  },
): Promise<void> {
  const { head } = both.twin;
  const plain = { ...call, key: KEYS[by] };
  if (match === "wrong") {
    const headers = ifMatch(both, match);
    // Which of the two is found first is not promised.
    const reply = await unchanged(
      both,
      () => visit(both, app, { ...plain, headers }),
    );
    assert(reply.status === 412 || (isRefused && reply.status === 422));
    return;
  }
  if (isRefused) return void await refused(both, app, plain, 422);
  const made = await make(both, app, {
    plain,
    match,
    fault,
    made: {
      change: "labels",
      labels: { ...head.labels, ...labels },
      ...learned,
    },
  });
  if (made !== undefined) assertEquals(made.step, head.step);
}
