/** Things that are made when they are first asked for. @module */

/** Makes a thing when it is first asked for, and gives the same ever after; again if making it failed. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () =>
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
}
