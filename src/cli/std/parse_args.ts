/**
 * Stand-in for the part of `@std/cli/parse-args` that the commands use, over
 * `node:util`'s parseArgs, for machines that cannot reach JSR.
 * tests/cli/std_test.ts holds both to the same contract.
 *
 * @module
 */

import { parseArgs as nodeParseArgs } from "node:util";

/** What the commands ask for. */
export interface ParseOptions {
  readonly string?: readonly string[];
  readonly boolean?: readonly string[];
  readonly alias?: Readonly<Record<string, string>>;
  /** Called for every argument that is not a known option; false leaves it out. */
  readonly unknown?: (
    argument: string,
    key?: string,
    value?: unknown,
  ) => unknown;
}

/** The options by name, and under `_` what is not an option. */
export type Args = { _: (string | number)[] } & Record<string, unknown>;

/** Parses `args`: string options take a value, boolean options do not, the last of a repeated one wins. */
export function parseArgs(
  args: readonly string[],
  options: ParseOptions = {},
): Args {
  const { string = [], boolean = [], alias = {}, unknown } = options;
  const names = new Map<string, string>();
  for (const name of [...string, ...boolean]) names.set(name, name);
  for (const [name, other] of Object.entries(alias)) {
    if (names.has(name)) names.set(other, name);
    else names.set(name, other);
  }
  const types = Object.fromEntries([
    ...[...names].map(([name, target]) => [
      name,
      {
        type: boolean.includes(target) ? "boolean" as const : "string" as const,
      },
    ]),
  ]);
  const { tokens } = nodeParseArgs({
    args: [...args],
    options: types,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const parsed: Args = { _: [] };
  for (const name of boolean) parsed[name] = false;
  for (const token of tokens) {
    if (token.kind === "positional") {
      if (unknown?.(token.value) !== false) parsed._.push(token.value);
    } else if (token.kind === "option") {
      const name = names.get(token.name);
      if (name === undefined) {
        const value = token.value ?? true;
        if (unknown?.(token.rawName, token.name, value) !== false) {
          parsed[token.name] = value;
        }
      } else {
        parsed[name] = boolean.includes(name)
          ? token.value !== "false"
          : token.value ?? "";
      }
    }
  }
  return parsed;
}
