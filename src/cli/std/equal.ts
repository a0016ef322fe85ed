/**
 * Deep equality as `@std/assert` sees it: NaN equals NaN, 0 equals −0 (which
 * `node:assert` keeps apart), prototypes count, and a missing property is not
 * an undefined one.
 *
 * @module
 */

/** Tells if `a` and `b` are deeply equal. */
export function equal(a: unknown, b: unknown): boolean {
  return compare(a, b, new Map());
}

/** `open` holds the pairs being compared further up, so that cycles end. */
function compare(a: unknown, b: unknown, open: Map<object, object>): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b) || !samePrototype(a, b)) return false;
  if (a instanceof Date && b instanceof Date) {
    return Object.is(a.getTime(), b.getTime());
  }
  if (a instanceof RegExp || a instanceof URL) return String(a) === String(b);
  if (a instanceof ArrayBuffer && b instanceof ArrayBuffer) {
    return sameItems(new Uint8Array(a), new Uint8Array(b));
  }
  if (isTypedArray(a) && isTypedArray(b)) return sameItems(a, b);
  if (open.get(a) === b) return true;
  open.set(a, b);
  const same = isCollection(a) && isCollection(b)
    ? sameEntries(a.entries(), b.entries(), open)
    : sameProperties(a, b, open);
  open.delete(a);
  return same;
}

function isObject(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null;
}

/** An object without a prototype passes for a plain one. */
function samePrototype(a: object, b: object): boolean {
  const prototypeOf = (value: object) =>
    Object.getPrototypeOf(value) ?? Object.prototype;
  return prototypeOf(a) === prototypeOf(b);
}

function isTypedArray(value: object): value is Uint8Array {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function isCollection(
  value: object,
): value is Map<unknown, unknown> | Set<unknown> {
  return value instanceof Map || value instanceof Set;
}

function sameItems(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length &&
    a.every((value, i) => value === b[i] || Object.is(value, b[i]));
}

function sameEntries(
  a: Iterable<[unknown, unknown]>,
  b: Iterable<[unknown, unknown]>,
  open: Map<object, object>,
): boolean {
  const left = [...b];
  for (const entry of a) {
    const found = left.findIndex((other) => compare(entry, other, open));
    if (found < 0) return false;
    left.splice(found, 1);
  }
  return left.length === 0;
}

function sameProperties(
  a: Record<PropertyKey, unknown>,
  b: Record<PropertyKey, unknown>,
  open: Map<object, object>,
): boolean {
  const keys = Reflect.ownKeys(a);
  return keys.length === Reflect.ownKeys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && compare(a[key], b[key], open));
}
