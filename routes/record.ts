/** What is noted of a request while it is answered: for the log, the metrics and the answer's headers. @module */

import type { Context } from "hono";

/** A key that a request came with. */
export interface KnownKey {
  /** Undefined where keys have no names. */
  readonly name: string | undefined;
  readonly role: "predict" | "finetune" | "admin";
  /** SHA-256 of the key. */
  readonly digest: () => Promise<Uint8Array>;
}

/** Does a part of the work, and tells of it elsewhere. */
export type Trace = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** What is noted of a request. */
export interface RequestRecord {
  /** Whose key it came with, if it needed one. */
  key?: KnownKey;
  /** Names the request in the log. */
  id?: string;
  /** When the work ends, where it goes on behind the answer's head. */
  until?: Promise<void>;
  /** The version that answered. */
  version?: number;
  /** What became of a fine-tune. */
  outcome?: "accepted" | "refused" | "dry_run";
  /** Who else is told of the parts of the work. */
  trace?: Trace | undefined;
  /** Parts of the work and how long they took, in milliseconds. */
  readonly phases: [name: string, milliseconds: number][];
  /** To be set on the answer, whatever that becomes. */
  readonly headers: Map<string, string>;
}

/** By the request itself, which is one on its way through all apps. */
const records = new WeakMap<Request, RequestRecord>();

/** The record of a request. */
export function recordOf({ req: { raw } }: Context): RequestRecord {
  let record = records.get(raw);
  if (record === undefined) {
    record = { phases: [], headers: new Map() };
    records.set(raw, record);
  }
  return record;
}

/** Does a part of a request's work, and notes how long it took. */
export async function phase<T>(
  c: Context,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  const { phases, trace } = recordOf(c);
  const start = performance.now();
  try {
    return await (trace === undefined ? work() : trace(name, work));
  } finally {
    phases.push([name, performance.now() - start]);
  }
}
