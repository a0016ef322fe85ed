/**
 * Descriptors on disk, so that an image is decoded once. One file for each way
 * of describing images; in it, records of one length:
 *
 *   header   magic, record length, sha-256 of the key           64 bytes
 *   record   sha-256 of the image's content                     32 bytes
 *            sha-256 of the content hash and the descriptors    32 bytes
 *            descriptors [views][inputs]                        u8
 *
 * A record is found by its image's content and used only if its own hash is right, so a
 * truncated or damaged file costs time, never correctness. Whole
 * records are never moved: a reader needs no lock, a writer does.
 *
 * Records that cannot be written are held in memory instead: a full disk or a read-only
 * folder costs memory and the next run's time, not this run.
 *
 * @module
 */

import { openLocked, readAt, writeAt } from "./cache_file.ts";
import { sha256 } from "../model/bits.ts";

const MAGIC = new TextEncoder().encode("tandem records 1");
const HEADER_BYTES = 64;
const HASH_BYTES = 32;
const PREFIX_BYTES = 2 * HASH_BYTES;

/** An open cache file. Close it, or declare it with `using`. */
export class DescriptorCache implements Disposable {
  readonly #file: Deno.FsFile | undefined;
  readonly #payloadBytes: number;
  readonly #slots = new Map<string, number>();
  /** Descriptors that are not in the file, by slot. */
  readonly #held = new Map<number, Uint8Array>();
  /** The place of the next new record, in records. */
  #end = 0;
  #problem: string | undefined;

  private constructor(
    file: Deno.FsFile | undefined,
    payloadBytes: number,
    problem?: string,
  ) {
    this.#file = file;
    this.#payloadBytes = payloadBytes;
    this.#problem = problem;
  }

  /** Why descriptors are held in memory rather than written; undefined where they are not. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /**
   * Opens the cache of `key` in a folder, or creates both. Waits while another
   * process writes to the same cache, then keeps others waiting until
   * {@linkcode DescriptorCache.finishWriting}. Other caches in the folder that
   * nobody has opened for thirty days are removed.
   *
   * `key` says everything that descriptors depend on besides the image;
   * `payloadBytes` is the length of one image's descriptors.
   *
   * @throws The signal's reason if it aborts while this waits.
   */
  static async open(
    folder: string,
    key: string,
    payloadBytes: number,
    signal?: AbortSignal,
  ): Promise<DescriptorCache> {
    const keyHash = await sha256(new TextEncoder().encode(key));
    let file: Deno.FsFile | undefined;
    try {
      file = await openLocked(folder, keyHash.slice(0, 16), signal);
      const cache = new DescriptorCache(file, payloadBytes);
      cache.#readHeader(headerOf(keyHash, PREFIX_BYTES + payloadBytes));
      cache.#readIndex();
      return cache;
    } catch (error) {
      file?.close();
      signal?.throwIfAborted();
      return new DescriptorCache(undefined, payloadBytes, messageOf(error));
    }
  }

  /**
   * The slot of the record for an image's content, or undefined if there is no complete
   * one.
   */
  async find(contentHash: string): Promise<number | undefined> {
    const slot = this.#slots.get(contentHash);
    if (slot === undefined || this.#held.has(slot)) return slot;
    const record = new Uint8Array(this.#recordBytes);
    readAt(this.#file!, this.#offsetOf(slot), record);
    const digest = await recordDigest(record);
    const whole = digest.every((byte, i) => byte === record[HASH_BYTES + i]);
    return whole ? slot : undefined;
  }

  /**
   * Adds the descriptors of an image and returns their slot. A record of the
   * same content is overwritten.
   *
   * @throws {RangeError} If the descriptors have another length than the cache's.
   */
  async add(contentHash: string, descriptors: Uint8Array): Promise<number> {
    if (descriptors.length !== this.#payloadBytes) {
      throw new RangeError(
        `Cannot cache descriptors: expected ${this.#payloadBytes} bytes, got ${descriptors.length}`,
      );
    }
    const record = new Uint8Array(this.#recordBytes);
    record.set(Uint8Array.fromHex(contentHash));
    record.set(descriptors, PREFIX_BYTES);
    record.set(await recordDigest(record), HASH_BYTES);
    const slot = this.#slots.get(contentHash) ?? this.#end++;
    this.#slots.set(contentHash, slot);
    this.#write(slot, record);
    return slot;
  }

  /** Lets other processes write. */
  finishWriting(): void {
    this.#file?.unlockSync();
  }

  /** Fills `out` with bytes of a slot's descriptors, from `start` on. */
  read(slot: number, start: number, out: Uint8Array): void {
    const held = this.#held.get(slot);
    if (held !== undefined) {
      out.set(held.subarray(start, start + out.length));
      return;
    }
    readAt(this.#file!, this.#offsetOf(slot) + PREFIX_BYTES + start, out);
  }

  /** Closes the file; the cache cannot be used afterwards. */
  [Symbol.dispose](): void {
    this.#file?.close();
  }

  get #recordBytes(): number {
    return PREFIX_BYTES + this.#payloadBytes;
  }

  #offsetOf(slot: number): number {
    return HEADER_BYTES + slot * this.#recordBytes;
  }

  /** Writes a record, or holds it from the first one on that cannot be written. */
  #write(slot: number, record: Uint8Array): void {
    if (this.#problem === undefined) {
      try {
        writeAt(this.#file!, this.#offsetOf(slot), record);
        return;
      } catch (error) {
        this.#problem = messageOf(error);
      }
    }
    this.#held.set(slot, record.subarray(PREFIX_BYTES));
  }

  /** Starts the file anew unless it begins with the expected header. */
  #readHeader(expected: Uint8Array): void {
    if (this.#file!.statSync().size >= HEADER_BYTES) {
      const header = new Uint8Array(HEADER_BYTES);
      readAt(this.#file!, 0, header);
      if (header.every((byte, i) => byte === expected[i])) return;
    }
    this.#file!.truncateSync(0);
    writeAt(this.#file!, 0, expected);
  }

  /** Finds the whole records; a record that was cut at the end is left to be overwritten. */
  #readIndex(): void {
    const bytes = this.#file!.statSync().size - HEADER_BYTES;
    this.#end = Math.floor(bytes / this.#recordBytes);
    const contentHash = new Uint8Array(HASH_BYTES);
    for (let slot = 0; slot < this.#end; slot++) {
      readAt(this.#file!, this.#offsetOf(slot), contentHash);
      this.#slots.set(contentHash.toHex(), slot);
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function headerOf(keyHash: string, recordBytes: number): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  header.set(MAGIC);
  new DataView(header.buffer).setUint32(MAGIC.length, recordBytes, true);
  header.set(Uint8Array.fromHex(keyHash), HEADER_BYTES - HASH_BYTES);
  return header;
}

/** The hash of all of a record but the hash itself. */
async function recordDigest(record: Uint8Array): Promise<Uint8Array> {
  const hashed = new Uint8Array(record.length - HASH_BYTES);
  hashed.set(record.subarray(0, HASH_BYTES));
  hashed.set(record.subarray(PREFIX_BYTES), HASH_BYTES);
  return Uint8Array.fromHex(await sha256(hashed));
}
