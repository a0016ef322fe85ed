/** Things that are made when they are first asked for. @module */

/** Makes a thing when it is first called; see {@linkcode once}. */
export interface Once<T> {
  (): Promise<T>;
  /** What was made or is being made, if anything is; nothing is made for this. */
  made(): Promise<T> | undefined;
}

/** Makes a thing when it is first asked for, and gives the same ever after; again if making it failed. */
export function once<T>(make: () => Promise<T>): Once<T> {
  let made: Promise<T> | undefined;
  const get = () =>
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
  return Object.assign(get, { made: () => made });
}
