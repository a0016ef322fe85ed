/**
 * The database as the model store needs it: point reads, ordered lists, and one
 * atomic write with checks. Everything else — blobs, versions, retention — is
 * written once, above it.
 *
 * @module
 */

/** A path of parts without "/". Keys are ordered part by part. */
export type Key = readonly string[];

/** A stored value and the stamp of the write that put it there. */
export interface Entry {
  readonly key: Key;
  readonly value: Uint8Array<ArrayBuffer>;
  /** Changes with every write of the key. */
  readonly stamp: string;
}

/** A stamp that must still hold; null means that the key must be absent. */
export interface Check {
  readonly key: Key;
  readonly stamp: string | null;
}

/** A value to be written. */
export interface Assignment {
  readonly key: Key;
  readonly value: Uint8Array<ArrayBuffer>;
  /** Milliseconds after which the entry may disappear. */
  readonly expireIn?: number;
}

/** One atomic write: all of it happens, or none. */
export interface Write {
  readonly checks?: readonly Check[];
  readonly sets?: readonly Assignment[];
  readonly deletes?: readonly Key[];
}

/** The part of a list to read. */
export interface ListOptions {
  readonly limit?: number;
  readonly reverse?: boolean;
  /** Only keys before this one, which begins with the prefix. */
  readonly before?: Key;
}

/** The largest value that every engine takes. */
export const MAX_VALUE_BYTES = 60 * 1024;

/** The most that one atomic write may carry: values, with room for the keys. */
export const MAX_WRITE_BYTES = 600 * 1024;

/** The most sets and deletes that one atomic write may carry. */
export const MAX_WRITE_CHANGES = 400;

/** A database that can hold the model store. */
export interface Engine {
  /** Reads keys, in their order; undefined where there is none. */
  read(keys: readonly Key[]): Promise<(Entry | undefined)[]>;
  /** Reads the entries whose keys begin with `prefix`, in the order of their keys. */
  list(prefix: Key, options?: ListOptions): Promise<Entry[]>;
  /** Writes atomically; false, and no change at all, if a check does not hold. */
  write(write: Write): Promise<boolean>;
  /** Releases the database. */
  close(): Promise<void>;
}

/** The part of a database that one base model's entries are in. */
export interface Namespace {
  readonly engine: Engine;
  /** The beginning of all their keys. */
  readonly root: Key;
}
