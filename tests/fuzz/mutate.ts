/** Seeded damage to bytes. @module */

import type { Random } from "../../src/nn/prng.ts";

/** Numbers at which things change their sign, their width, or their meaning. */
const EDGES = [0, 1, 0x7f, 0x80, 0xff, 0xd8, 0xd9, 0xda];

/** The same bytes, damaged in one to eight ways, at most twice as long. */
export function mutate(
  seed: Uint8Array,
  others: readonly Uint8Array[],
  random: Random,
): Uint8Array<ArrayBuffer> {
  let bytes = seed.slice();
  for (let rounds = 1 + random.below(8); rounds > 0; rounds--) {
    bytes = damage(bytes, others, random);
  }
  return bytes.slice(0, 2 * seed.length + 64);
}

function damage(
  bytes: Uint8Array<ArrayBuffer>,
  others: readonly Uint8Array[],
  random: Random,
): Uint8Array<ArrayBuffer> {
  const at = random.below(bytes.length + 1);
  const length = random.below(Math.min(64, bytes.length + 1 - at) || 1);
  switch (random.below(7)) {
    case 0: // a bit
      if (at < bytes.length) bytes[at]! ^= 1 << random.below(8);
      return bytes;
    case 1: // a byte
      if (at < bytes.length) bytes[at] = random.below(256);
      return bytes;
    case 2: // a number at an edge, of up to four bytes
      bytes.fill(
        EDGES[random.below(EDGES.length)]!,
        at,
        at + 1 + random.below(4),
      );
      return bytes;
    case 3: // a gap
      return joined(bytes.subarray(0, at), bytes.subarray(at + length));
    case 4: // something twice
      return joined(bytes.subarray(0, at + length), bytes.subarray(at));
    case 5: // an end too early
      return bytes.slice(0, at);
    default: { // the end of another
      const other = others[random.below(others.length)]!;
      return joined(
        bytes.subarray(0, at),
        other.subarray(random.below(other.length + 1)),
      );
    }
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
