/** Words for people, on stderr and stdout. @module */

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

/** Writes a line to stderr, as {@linkcode tell} does and {@linkcode inOneLine} shows it. */
export function tellLine(line: string): void {
  tell(`${inOneLine(line)}\n`);
}

/** Writes lines for people to stdout; a name in them cannot command the terminal. */
export function sayLines(lines: string): void {
  console.log(printable(lines));
}

/**
 * Characters by which a text moves the cursor, colours, clears or reverses what a
 * terminal shows: C0 but for tabs and line ends, C1, and overrides of direction.
 */
const COMMANDS =
  // deno-lint-ignore no-control-regex
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

/** A text in which the characters that command a terminal are written as in JSON, such as `\u001b`. */
export function printable(text: string): string {
  return text.replaceAll(
    COMMANDS,
    (character) =>
      `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A text as {@linkcode printable} shows it, in which no name begins another line. */
export function inOneLine(text: string): string {
  return printable(text).replaceAll("\n", "\\n");
}

/** The columns of the terminal; undefined where there is none, or it does not say. */
export function terminalColumns(): number | undefined {
  try {
    return Deno.consoleSize().columns || undefined;
  } catch {
    return undefined;
  }
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
