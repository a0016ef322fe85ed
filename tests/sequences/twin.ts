/** A slow, obvious twin of the service: a list of versions, and what each must answer. @module */

import type { Call } from "./world.ts";

/** The labels of a head of classes. */
export interface Classes {
  readonly labels: readonly string[];
  readonly retired: readonly string[];
}

/** The labels of all heads of classes, by the head's name. */
export type Labels = Readonly<Record<string, Classes>>;

/** One version. */
export interface TwinVersion {
  readonly version: number;
  readonly parent: number | null;
  readonly change: string;
  readonly restored: number | null;
  readonly step: number;
  readonly sha256: string;
  readonly labels: Labels;
  /** The name of the key that it was made with. */
  readonly by: string | undefined;
  /** The loss that the answer told of; null if it told of none. */
  readonly loss: unknown;
  /** The guard's figures that the answer told of; undefined if it did not tell. */
  readonly guard: unknown;
  /** The examples that it learned from; null if it was not learned. */
  readonly examples: number | null;
  /** The version that introduced its labels; 0 where they are the weights file's. */
  readonly introducer: number;
  /** Whether a collection removed it. */
  gone: boolean;
  /** Its entry of the history as first seen, without tags. */
  entry?: string;
}

/** What every version of one state must answer, as first seen. */
export interface Said {
  /** The answer of /predict about all images, without the number of the version. */
  predictions?: string;
  /** The SHA-256 of its file. */
  file?: string;
  /** The SHA-256 of its export. */
  state?: string;
}

/** A request that was answered under an Idempotency-Key. */
export interface Receipt {
  readonly body: unknown;
  readonly text: string;
  readonly etag: string | null;
  readonly until: number;
}

/** A state that was exported. */
export interface Exported {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly state: Pick<TwinVersion, "step" | "sha256" | "labels">;
}

/** What one app knows, and what it has answered. */
export interface TwinApp {
  /** The newest version that it must have seen. */
  seen: number;
  /** The ids that it gave, and when they expire. */
  readonly ids: Map<string, number>;
  /** The fine-tunes that it has tried on the newest version in vain: draws depend on their number. */
  readonly tried: Call[];
  /** Requests that it has answered since it was opened, by method, route and status. */
  readonly requests: Map<string, number>;
  /** Fine-tunes that it has answered since it was opened, by outcome. */
  readonly outcomes: Map<string, number>;
  /** Its counters as last read. */
  counters: ReadonlyMap<string, number>;
}

/** The whole service, as its documentation promises it. */
export class Twin {
  readonly versions: TwinVersion[];
  readonly tags = new Map<string, number>();
  readonly receipts = new Map<string, Receipt>();
  readonly exports: Exported[] = [];
  readonly apps: readonly TwinApp[] = [freshApp(), freshApp()];
  readonly states = new Map<string, Said>();

  constructor(base: Pick<TwinVersion, "step" | "sha256" | "labels">) {
    this.versions = [{
      ...base,
      version: 0,
      parent: null,
      change: "base",
      restored: null,
      by: undefined,
      loss: null,
      guard: null,
      examples: null,
      introducer: 0,
      gone: false,
    }];
  }

  /** The newest version. */
  get head(): TwinVersion {
    return this.versions.at(-1)!;
  }

  /** The versions that are kept, newest first. */
  get kept(): TwinVersion[] {
    return this.versions.filter(({ gone }) => !gone).reverse();
  }

  /** What the versions of a state have answered. Equal states answer the same. */
  said({ sha256 }: Pick<TwinVersion, "sha256">): Said {
    const known = this.states.get(sha256) ?? {};
    this.states.set(sha256, known);
    return known;
  }

  /** Adds a version made by an app. */
  commit(
    app: number,
    made: Omit<TwinVersion, "version" | "parent" | "introducer" | "gone">,
  ): TwinVersion {
    const { version: parent } = this.head;
    const version = parent + 1;
    const introducer = introducerOf(this, made) ?? version;
    this.versions.push({ ...made, version, parent, introducer, gone: false });
    this.apps[app]!.seen = this.head.version;
    for (const { tried } of this.apps) tried.length = 0;
    return this.head;
  }

  /** Names of a version, in their order. */
  tagsOf(version: number): string[] {
    return [...this.tags].filter(([, each]) => each === version)
      .map(([name]) => name).sort();
  }

  /** Removes what a collection of all but the newest `keep` versions removes. */
  collect(keep: number): void {
    const named = new Set(this.tags.values());
    const wanted = this.kept.filter(({ version }, i) =>
      i < keep || named.has(version)
    );
    const needed = wanted.flatMap((each) => [each.version, each.introducer]);
    for (const each of this.kept) {
      each.gone = each.version > 0 && !needed.includes(each.version);
    }
  }
}

/** An app that has just been opened. */
export function freshApp(): TwinApp {
  return {
    seen: 0,
    ids: new Map(),
    tried: [],
    requests: new Map(),
    outcomes: new Map(),
    counters: new Map(),
  };
}

/** The version that introduced the labels of a new one; undefined if that is the first to have them. */
function introducerOf(
  { versions, head }: Twin,
  { labels, restored }: Pick<TwinVersion, "labels" | "restored">,
): number | undefined {
  if (restored !== null) return versions[restored]!.introducer;
  return [versions[0]!, head].find((each) =>
    JSON.stringify(each.labels) === JSON.stringify(labels)
  )?.introducer;
}

/** The classes of a head that are answered and accepted. */
export function active({ labels, retired }: Classes): string[] {
  return labels.filter((label) => !retired.includes(label));
}

/** The labels of a model's heads of classes. */
export function labelsOf(
  heads: readonly { name: string; kind: string; labels?: readonly string[] }[],
): Labels {
  return Object.fromEntries(
    heads.filter(({ kind }) => kind === "classes")
      .map(({ name, labels = [] }) => [name, { labels, retired: [] }]),
  );
}
