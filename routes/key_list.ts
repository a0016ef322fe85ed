/** Keys as listed in a setting. @module */

/** A key, known by its digest, and the name that the history calls it by. */
export interface NamedKey {
  /** Undefined for the only key of a setting that gives no names. */
  readonly name: string | undefined;
  /** SHA-256 of the key. */
  readonly digest: () => Promise<Uint8Array>;
}

const PAIR = /^([A-Za-z][\w.-]{0,63})=([^=\s][^\s]*)$/;
const DIGEST = /^sha256:([0-9a-f]{64})$/i;

/**
 * Reads a list of keys: one key, or `name=key` pairs separated by commas; each key
 * as it is, or as `sha256:` and the digest of it in hexadecimal.
 *
 * @param variable The setting's name, for errors.
 * @throws {RangeError} If some are pairs and some are not, a name occurs twice, or a
 * digest is malformed.
 */
export function readKeys(
  variable: string,
  text: string | undefined,
): NamedKey[] {
  if (text === undefined) return [];
  const pairs = text.split(",").map((part) => PAIR.exec(part.trim()));
  if (pairs.every((pair) => pair === null)) {
    return [{ name: undefined, digest: digestOf(variable, text) }];
  }
  const names = new Set<string>();
  return pairs.map((pair, i) => {
    const [, name, key] = pair ?? [];
    if (name === undefined || key === undefined) {
      throw new RangeError(
        `Cannot read ${variable}: expected name=key in each of ${pairs.length} parts between commas, ` +
          `got something else in part ${i + 1}`,
      );
    }
    if (names.has(name)) {
      throw new RangeError(
        `Cannot read ${variable}: expected each name once, got ${name} twice`,
      );
    }
    names.add(name);
    return { name, digest: digestOf(variable, key) };
  });
}

function digestOf(variable: string, key: string): () => Promise<Uint8Array> {
  if (!/^sha256:/i.test(key)) {
    let digest: Promise<Uint8Array> | undefined;
    return () => digest ??= sha256(key);
  }
  const hexadecimal = DIGEST.exec(key)?.[1];
  if (hexadecimal === undefined) {
    throw new RangeError(
      `Cannot read ${variable}: expected 64 hexadecimal digits after sha256:, got something else`,
    );
  }
  const digest = Promise.resolve(Uint8Array.fromHex(hexadecimal));
  return () => digest;
}

/** SHA-256 of a text. */
export async function sha256(text: string): Promise<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/** Compares digests in constant time. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}
