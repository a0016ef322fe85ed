/** Chromium, for tests of the page. @module */

const PLACES = ["chromium", "chromium-browser", "google-chrome"];

/** The path of its program, or undefined where there is none. */
export const chromium = PLACES.map((name) => `/usr/bin/${name}`).find(isFile);

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
