/** JSON of strangers, looked at before it is parsed. @module */

/** What JSON may be. */
export interface JsonLimits {
  /** Arrays and objects in each other. */
  readonly depth: number;
  /** Values in all. */
  readonly values: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN = [0x5b, 0x7b];
const CLOSE = [0x5d, 0x7d];

/**
 * Says what is wrong with the shape of JSON, or undefined. It goes over the bytes
 * once and stops where a limit is passed, so that what is refused costs nothing;
 * text inside of strings is skipped.
 */
export function shapeFault(
  bytes: Uint8Array,
  { depth, values }: JsonLimits,
): string | undefined {
  let open = 0;
  let count = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (OPEN.includes(byte)) {
      count++;
      if (++open > depth) return `at most ${depth} levels, got more`;
    } else if (CLOSE.includes(byte)) open--;
    else if (byte === COMMA && ++count > values) {
      return `at most ${values} values, got more`;
    }
  }
  return undefined;
}

/** Where the string that starts at `start` ends: its closing quote, or the end of all. */
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
