/**
 * Material that is not part of the repository: real photographs and reference
 * trajectories, in a folder beside the checkout. Tests that want it are ignored
 * where it is missing: `Deno.test({ ignore: shared("office31") === undefined, … })`.
 *
 * @module
 */

const FOLDER = new URL("../../shared/", import.meta.url);

/** The URL of `path` in the shared folder, or undefined where it is missing. */
export function shared(path: string): URL | undefined {
  const url = new URL(path, FOLDER);
  try {
    Deno.statSync(url);
    return url;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
