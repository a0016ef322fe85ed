/** Lazy values: made at their first use. @module */

/** A function that makes a value at its first call; see {@linkcode once}. */
export interface Once<T> {
  (): Promise<T>;
  /** The value, if it was or is being made; does not make it. */
  made(): Promise<T> | undefined;
}

/** Makes a value at the first call and returns the same one from then on; tries again if making it failed. */
export function once<T>(make: () => Promise<T>): Once<T> {
  let made: Promise<T> | undefined;
  const get = () =>
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
  return Object.assign(get, { made: () => made });
}
