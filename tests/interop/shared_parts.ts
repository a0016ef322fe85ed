/** The parts that two JSON values have in common. @module */

type Json = unknown;

/**
 * Both values without the fields that only one of them has. Fields come in the
 * order of the first value; everything else stays as it is.
 */
export function sharedParts(a: Json, b: Json): [Json, Json] {
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    const pairs = a.map((element, i) => sharedParts(element, b[i]));
    return [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
  }
  if (!isRecord(a) || !isRecord(b)) return [a, b];
  const pairs = Object.keys(a).filter((key) => Object.hasOwn(b, key)).map((
    key,
  ) => [key, sharedParts(a[key], b[key])] as const);
  return [
    Object.fromEntries(pairs.map(([key, [x]]) => [key, x])),
    Object.fromEntries(pairs.map(([key, [, y]]) => [key, y])),
  ];
}

function isRecord(value: Json): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
