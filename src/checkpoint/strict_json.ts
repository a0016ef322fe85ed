/**
 * Strict JSON for safetensors headers: no duplicate keys in an object, numbers as plain
 * digits, valid Unicode. `JSON.parse` accepts violations of all three, so that two readers
 * could see two different files.
 *
 * @module
 */

/** In valid JSON: a string and whether it is a key, a number, a bracket of an object. */
const TOKEN = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|(-?\d[\d.eE+-]*)|[{}]/g;

/** In valid JSON: a string; what is left of a key when strings are emptied; a number that is not plain digits. */
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/g;
const KEY = /""\s*:/g;
const ODD_NUMBER = /[-.]|\d[eE]/;
/** Half of a surrogate pair, as an escape. */
const SURROGATE = /\\u[dD][89a-fA-F]/;

/** A string, a bracket or a comma. */
const SHAPE = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},]/g;
/** A text below this length is parsed quickly, whatever it is. */
const LONG = 65_536;
/** The most levels of objects and arrays; a header has three. */
const MAX_DEPTH = 16;
/** The most objects, arrays and commas; a tensor has eight, and no state here a thousand tensors. */
const MAX_PARTS = 100_000;

/**
 * Parses `text`.
 *
 * @throws {SyntaxError} If it is not JSON, not strict, or larger than any
 *   header of a model; the message says what came.
 */
export function parseStrictJson(text: string): unknown {
  if (text.length > LONG) checkShape(text);
  const value: unknown = JSON.parse(text);
  if (!isPlain(text, value)) checkTokens(text);
  return value;
}

/**
 * Whether a few searches of the whole text show that it is strict, as most are: a start
 * then does not have to go through its tokens.
 */
function isPlain(text: string, value: unknown): boolean {
  if (!text.isWellFormed() || SURROGATE.test(text)) return false;
  const outline = text.replace(STRING, '""');
  if (ODD_NUMBER.test(outline)) return false;
  const keys = outline.match(KEY)?.length ?? 0;
  return keys === countKeys(value); // of a duplicate key only one is left
}

/** The number of keys in a value and all that is in it. */
function countKeys(value: unknown): number {
  const left = [value];
  let keys = 0;
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== "object" || next === null) continue;
    const values = Object.values(next);
    if (!Array.isArray(next)) keys += values.length;
    for (const inner of values) left.push(inner);
  }
  return keys;
}

/** Goes through all tokens to find the one that is not strict. */
function checkTokens(text: string): void {
  const open: Set<string>[] = [];
  for (const [token, quoted, colon, number] of text.matchAll(TOKEN)) {
    if (quoted !== undefined) {
      const string = unquoted(quoted);
      if (colon !== undefined) checkNew(string, open.at(-1)!);
    } else if (number !== undefined) checkDigits(number);
    else if (token === "{") open.push(new Set());
    else open.pop();
  }
}

/** Refuses text that would take seconds to parse, such as nothing but brackets. */
function checkShape(text: string): void {
  let depth = 0;
  let parts = 0;
  for (const [token] of text.matchAll(SHAPE)) {
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    if (depth > MAX_DEPTH) {
      throw new SyntaxError(`more than ${MAX_DEPTH} levels`);
    }
    if (!token.startsWith('"') && ++parts > MAX_PARTS) {
      throw new SyntaxError(`more than ${MAX_PARTS} parts`);
    }
  }
}

function unquoted(quoted: string): string {
  const string: string = JSON.parse(quoted);
  if (!string.isWellFormed()) {
    throw new SyntaxError(`half of a surrogate pair in ${quoted}`);
  }
  return string;
}

function checkNew(key: string, keys: Set<string>): void {
  if (keys.has(key)) {
    throw new SyntaxError(`the key ${JSON.stringify(key)} twice`);
  }
  keys.add(key);
}

function checkDigits(number: string): void {
  if (!/^\d+$/.test(number)) throw new SyntaxError(`the number ${number}`);
}
