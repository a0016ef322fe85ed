/** Where Chromium is, if it is installed. @module */

const PLACES = ["chromium", "chromium-browser", "google-chrome"];

/** The path of its program; undefined where there is none. */
export const chromium: string | undefined = PLACES
  .map((name) => `/usr/bin/${name}`).find(isFile);

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
