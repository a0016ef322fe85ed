/**
 * Receipts: the answer given to a request that carried an idempotency key, so
 * that repeating the request repeats the answer and not the change.
 *
 * @module
 */

import { sha256 } from "../model/bits.ts";
import type { Assignment, Check, Key, Namespace } from "./engine.ts";
import { decode, encode } from "./manifest.ts";

/** Milliseconds for which an answer is kept: a day. */
const RECEIPT_LIFETIME = 24 * 60 * 60 * 1000;

/** The record that is kept of an answered request. */
export interface ReceiptRecord {
  /** SHA-256 of the request. */
  readonly request: string;
  readonly answer: unknown;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** A receipt to be written together with its change. */
export interface Receipt {
  /** Checks that nobody else has answered meanwhile. */
  readonly check: Check;
  readonly entry: Assignment;
}

/** The place of a key's receipt, and the receipt if there is one that still holds. */
export interface ReceiptSlot {
  readonly key: Key;
  /** The stamp of the current entry; null if there is none. */
  readonly stamp: string | null;
  readonly record: ReceiptRecord | undefined;
}

/** Looks up an idempotency key. Only its hash is stored: keys are the callers' own. */
export async function findReceipt(
  { engine, root }: Namespace,
  idempotencyKey: string,
): Promise<ReceiptSlot> {
  const hash = await sha256(new TextEncoder().encode(idempotencyKey));
  const key = [...root, "receipts", hash];
  const [entry] = await engine.read([key]);
  const record = entry && decode<ReceiptRecord>(entry.value);
  return {
    key,
    stamp: entry?.stamp ?? null,
    record: record !== undefined && record.expiresAt > Date.now()
      ? record
      : undefined,
  };
}

/** The receipt that fills a slot. */
export function fillReceipt(
  slot: ReceiptSlot,
  request: string,
  answer: unknown,
): Receipt {
  const record: ReceiptRecord = {
    request,
    answer,
    expiresAt: Date.now() + RECEIPT_LIFETIME,
  };
  return {
    check: { key: slot.key, stamp: slot.stamp },
    entry: {
      key: slot.key,
      value: encode(record),
      expireIn: RECEIPT_LIFETIME,
    },
  };
}

/** Writes a receipt without a change; false if another was first. */
export function writeReceipt(
  { engine }: Namespace,
  { check, entry }: Receipt,
): Promise<boolean> {
  return engine.write({ checks: [check], sets: [entry] });
}
