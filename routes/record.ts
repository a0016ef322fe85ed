/** What is noted of a request while it is answered: for the log, the metrics and the answer's headers. @module */

import type { Context } from "hono";
import { type Note, type Phase, timedAsync } from "../src/service/phases.ts";

/** A key that a request came with. */
export interface KnownKey {
  /** Undefined where keys have no names. */
  readonly name: string | undefined;
  readonly role: "predict" | "finetune" | "admin";
  /** SHA-256 of the key. */
  readonly digest: () => Promise<Uint8Array>;
}

/** Told of the parts of the work elsewhere, as spans. */
export interface Trace {
  /** Does a part of the work; the parts that are told of meanwhile are parts of it. */
  within<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Told of a part that is over. */
  readonly note: Note;
}

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
  /** Takes what went wrong. */
  report?: ((error: unknown) => void) | undefined;
  /** Who else is told of the parts of the work. */
  trace?: Trace | undefined;
  /** Parts of the work that are over. */
  readonly phases: Phase[];
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
  return await timedAsync(
    (phase) => phases.push(phase),
    name,
    trace === undefined ? work : () => trace.within(name, work),
  );
}

/** Notes the parts of a request's work that are told of when they are over. */
export function noteOf(c: Context): Note {
  const { phases, trace } = recordOf(c);
  return (phase) => {
    phases.push(phase);
    trace?.note(phase);
  };
}
