/** The record of a request in progress: for the log, the metrics and the answer's headers. @module */

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

/** Receives the parts of the work as spans. */
export interface Trace {
  /** Does a part of the work; parts noted meanwhile are its children. */
  within<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Called with a part that is done. */
  readonly note: Note;
}

/** The record of a request. */
export interface RequestRecord {
  /** The key it came with, if it needed one. */
  key?: KnownKey;
  /** The request's id in the log. */
  id?: string;
  /** Resolves at the end of the work, if that is after the headers were sent. */
  until?: Promise<void>;
  /** The version that answered. */
  version?: number;
  /** The outcome of a fine-tune. */
  outcome?: "accepted" | "refused" | "dry_run" | "repeated";
  /** Takes errors that the answer does not show. */
  report?: ((error: unknown) => void) | undefined;
  /** Receives the parts of the work as well. */
  trace?: Trace | undefined;
  /** Parts of the work that are done. */
  readonly phases: Phase[];
  /** Headers to set on the answer, even if it is an error. */
  readonly headers: Map<string, string>;
}

/** By the request object, which all apps share. */
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

/** Notes parts of a request's work that report themselves when they are done. */
export function noteOf(c: Context): Note {
  const { phases, trace } = recordOf(c);
  return (phase) => {
    phases.push(phase);
    trace?.note(phase);
  };
}
