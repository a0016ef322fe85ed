/** Operations on the service, generated. @module */

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Both,
  download,
  find,
  list,
  predict,
  predictPinned,
  reuse,
  visit,
} from "./asking.ts";
import {
  exportState,
  importState,
  move,
  rollback,
  tag,
  untag,
} from "./history.ts";
import { infer } from "./inferring.ts";
import { addLabel, renameLabel, retireLabel } from "./labelling.ts";
import { measure } from "./measuring.ts";
import {
  at,
  by,
  example,
  fault,
  head,
  idempotencyKey,
  image,
  label,
  match,
  options,
  tagName,
} from "./parameters.ts";
import { askMeanwhile, overtake, race } from "./racing.ts";
import { refuse } from "./refusals.ts";
import { finetune, repeat } from "./teaching.ts";
import { freshApp, type Twin, type TwinVersion } from "./twin.ts";
import type { World } from "./world.ts";

/** A kind of operation on an app, with parameters P. */
interface Kind<P> {
  readonly name: string;
  readonly parameters: fc.Arbitrary<P>;
  possible?(twin: Twin): boolean;
  run(both: Both, app: number, parameters: P): Promise<unknown>;
}

/** An operation of fast-check. */
type Operation = fc.AsyncCommand<Twin, World>;

const HOUR = 60 * 60 * 1000;

/** A version of the twin's, one among all. */
function versionAt({ versions }: Twin, at: number): TwinVersion {
  return versions[at % versions.length]!;
}

function kind<P>(each: Kind<P>): fc.Arbitrary<Operation> {
  const app = fc.nat({ max: 1 });
  return fc.tuple(app, each.parameters).map(([app, parameters]) => ({
    check: (twin) => each.possible?.(twin) ?? true,
    async run(twin, world) {
      const both = { twin, world };
      await each.run(both, app, parameters);
      await checkWhole(both);
    },
    toString: () => `${each.name}(${app}, ${JSON.stringify(parameters)})`,
  }));
}

/** After every operation, both apps tell the same history, and its newest version answers in both. */
async function checkWhole(both: Both): Promise<void> {
  for (const app of both.twin.apps.keys()) {
    await list(both, app, { limit: 500 });
    await predictPinned(both, app, both.twin.head);
  }
}

/** At the end, every version there ever was answers as ever, in both apps. */
export async function checkAll(both: Both): Promise<void> {
  const { twin, world } = both;
  for (const app of twin.apps.keys()) {
    for (const version of twin.versions) {
      await predictPinned(both, app, version);
      await find(both, app, version);
      await download(both, app, version);
    }
    await measure(both, app);
  }
  const store = await world.store();
  for (const manifest of await store.manifests()) await store.load(manifest);
}

const exported = ({ exports }: Twin) => exports.length > 0;

const teach = kind({
  name: "finetune",
  parameters: fc.record({
    examples: fc.array(example, { minLength: 1, maxLength: 4 }),
    by,
    match,
    idempotencyKey: fc.option(idempotencyKey, { freq: 1 }),
    stream: fc.boolean(),
    fault,
    options,
  }),
  run: finetune,
});

const transfers = [
  kind({ name: "export", parameters: fc.constant({}), run: exportState }),
  kind({
    name: "import",
    parameters: fc.record({ at, match, fault }),
    possible: exported,
    run: importState,
  }),
];

const asking = [
  kind({
    name: "predict",
    parameters: fc.constant({}),
    run: predict,
  }),
  kind({
    name: "predictPinned",
    parameters: at,
    run: (both, app, at) => predictPinned(both, app, versionAt(both.twin, at)),
  }),
  kind({
    name: "list",
    parameters: fc.record({
      limit: fc.integer({ min: 1, max: 6 }),
      before: fc.nat({ max: 20 }),
    }, { requiredKeys: ["limit"] }),
    run: list,
  }),
  kind({
    name: "find",
    parameters: at,
    run: (both, app, at) => find(both, app, versionAt(both.twin, at)),
  }),
  kind({
    name: "reuse",
    parameters: at,
    run: (both, app, at) => reuse(both, app, versionAt(both.twin, at)),
  }),
  kind({ name: "measure", parameters: fc.constant({}), run: measure }),
  kind({
    name: "infer",
    parameters: fc.constant({}),
    run: (both, app) => infer(both, app),
  }),
  kind({
    name: "inferPinned",
    parameters: at,
    run: (both, app, at) => infer(both, app, versionAt(both.twin, at)),
  }),
  kind({
    name: "move",
    parameters: fc.record({ at, image }),
    possible: exported,
    run: (both, _, { at, image }) => move(both, at, image),
  }),
];

const changing = [
  kind({
    name: "addLabel",
    parameters: fc.record({
      head,
      label,
      images: fc.array(image, { minLength: 1, maxLength: 3 }),
      by,
      match,
      fault,
    }),
    run: addLabel,
  }),
  kind({
    name: "renameLabel",
    parameters: fc.record({ head, at, label, by, match, fault }),
    run: renameLabel,
  }),
  kind({
    name: "retireLabel",
    parameters: fc.record({ head, at, by, match, fault }),
    run: retireLabel,
  }),
  kind({
    name: "rollback",
    parameters: fc.record({ at, match, fault }),
    run: (both, app, { at, ...options }) =>
      rollback(both, app, versionAt(both.twin, at), options),
  }),
  kind({
    name: "race",
    parameters: image,
    run: (both, _, image) => race(both, image),
  }),
  kind({ name: "askMeanwhile", parameters: at, run: askMeanwhile }),
];

const others = [
  kind({
    name: "overtake",
    parameters: fc.record({ other: fc.nat({ max: 1 }), at }),
    run: (both, app, { other, at }) => overtake(both, [app, other], at),
  }),
  kind({
    name: "repeat",
    parameters: idempotencyKey,
    possible: ({ receipts }) => receipts.size > 0,
    run: (both, app, idempotencyKey) => repeat(both, app, idempotencyKey),
  }),
  kind({
    name: "tag",
    parameters: fc.record({ name: tagName, at }),
    run: (both, app, { name, at }) =>
      tag(both, app, name, versionAt(both.twin, at)),
  }),
  kind({ name: "untag", parameters: tagName, run: untag }),
  kind({
    name: "collect",
    parameters: fc.integer({ min: 1, max: 4 }),
    run: async ({ twin, world }, _, keep) => {
      await world.collect(keep);
      twin.collect(keep);
    },
  }),
  kind({
    name: "reopen",
    parameters: fc.constant({}),
    run: async ({ twin, world }, app) => {
      await world.reopen(app);
      Object.assign(twin.apps[app]!, freshApp());
    },
  }),
  kind({ name: "refused", parameters: fc.nat(), run: refuse }),
  kind({
    name: "wait",
    parameters: fc.constantFrom(2000, 1.5 * HOUR, 25 * HOUR),
    run: wait,
  }),
];

/** Lets time pass: both apps then serve the newest version. */
async function wait(
  both: Both,
  _app: number,
  milliseconds: number,
): Promise<void> {
  const { twin, world } = both;
  for (const [app, state] of twin.apps.entries()) {
    let version = -1;
    // An app that is stopped meanwhile may answer before it has looked.
    for (let asked = 0; version !== twin.head.version && asked < 5; asked++) {
      world.clock.pass(milliseconds);
      const { text } = await visit(both, app, {
        method: "GET",
        path: "/healthz",
      });
      version = JSON.parse(text).version;
    }
    assertEquals(version, twin.head.version);
    state.seen = version;
  }
}

/** Any operations; those that make versions come more often. */
export const operations: fc.Arbitrary<Operation>[] = [
  ...asking,
  ...others,
  ...changing,
  ...changing,
  ...transfers,
  ...transfers,
  ...new Array<fc.Arbitrary<Operation>>(6).fill(teach),
];
