/** Words for people, on stderr. @module */

import { Writable } from "node:stream";

/**
 * Writes to stderr. Where nobody reads any more, because a terminal was closed or
 * a pipe ended, the words are lost, but not the work that they are about.
 */
export function tell(text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let written = 0; written < bytes.length;) {
      written += Deno.stderr.writeSync(bytes.subarray(written));
    }
  } catch { /* nobody reads */ }
}

/** Writes a line to stderr, as {@linkcode tell} does. */
export function tellLine(line: string): void {
  tell(`${line}\n`);
}

/** The terminal behind stderr, for libraries that write to a stream. */
export function terminalStream(): Writable {
  const stream = new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      tell(text);
      done();
    },
  });
  return Object.assign(stream, { isTTY: true });
}
