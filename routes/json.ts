/** The shape of untrusted JSON, checked before it is parsed. @module */

/** Limits on the shape of JSON. */
export interface JsonLimits {
  /** Levels of nested arrays and objects. */
  readonly depth: number;
  /** Values in total. */
  readonly values: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** The effect of a byte on the shape. */
const OPEN = 1;
const CLOSE = 2;
const COMMA = 3;
const STRING = 4;
/** By byte; 0 for one that has no part in the shape. */
const ROLES = new Uint8Array(256);
ROLES[0x5b] = ROLES[0x7b] = OPEN;
ROLES[0x5d] = ROLES[0x7d] = CLOSE;
ROLES[0x2c] = COMMA;
ROLES[QUOTE] = STRING;

/**
 * Finds the limit that the shape of JSON exceeds; undefined if it exceeds none. It goes
 * over the bytes once and stops at that limit, so that refusing costs little; text
 * inside strings is skipped.
 */
export function shapeFault(
  bytes: Uint8Array,
  { depth, values }: JsonLimits,
): string | undefined {
  let open = 0;
  let count = 0;
  let strings = 0;
  for (let at = 0; at < bytes.length; at++) {
    const role = ROLES[bytes[at]!]!;
    if (role === 0) continue;
    if (role === STRING) {
      strings++;
      at = endOfString(bytes, at);
    } else if (role === OPEN) {
      count++;
      if (++open > depth) return `at most ${depth} levels, got more`;
    } else if (role === CLOSE) open--;
    else count++;
    // A value is at most one string, and so is its name.
    if (count > values || strings > 2 * (values + 1)) {
      return `at most ${values} values, got more`;
    }
  }
  return undefined;
}

/** The position of the closing quote of the string that starts at `start`, or the end of the bytes. */
function endOfString(bytes: Uint8Array, start: number): number {
  for (let at = start + 1;;) {
    at = bytes.indexOf(QUOTE, at);
    if (at === -1) return bytes.length;
    let escapes = 0;
    while (bytes[at - 1 - escapes] === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return at;
    at++;
  }
}
