/** Command-line flags: declared once, parsed strictly, explained by --help. @module */

import { parseArgs } from "@std/cli/parse-args";

/** The command line cannot be understood: exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** One flag of a command. */
export interface Flag {
  /** The word for its value in the help, such as `DIR`; none for a switch. */
  readonly value?: string;
  /** One line for the help. */
  readonly help: string;
  /** True if it may be given several times, or with commas between its values. */
  readonly several?: boolean;
}

/** A command's name, synopsis of what follows it, and flags. */
export interface Command {
  readonly name: string;
  readonly operands: string;
  readonly summary: string;
  readonly flags: Readonly<Record<string, Flag>>;
}

/** Flags as they were given, and what was not a flag. */
export class Flags {
  /** The values of every flag that was given; none of a switch. */
  readonly #values: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];

  constructor(
    values: ReadonlyMap<string, readonly string[]>,
    operands: readonly string[],
  ) {
    this.#values = values;
    this.operands = operands;
  }

  /**
   * Refuses arguments that are not flags.
   *
   * @throws {UsageError} If there are any.
   */
  refuseOperands(): void {
    const [operand] = this.operands;
    if (operand === undefined) return;
    throw new UsageError(
      `Cannot understand "${operand}": expected flags only`,
    );
  }

  /** Whether the flag was given. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The flag's text, or undefined where it was not given. */
  text(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  /** All values of a flag that may have several; none where it was not given. */
  list(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** One of a few words. */
  choice<T extends string>(
    name: string,
    choices: readonly T[],
    fallback: T,
  ): T {
    const text = this.text(name) ?? fallback;
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) {
      throw new UsageError(
        `Cannot read --${name}: expected one of ${
          choices.join(", ")
        }, got "${text}"`,
      );
    }
    return choice;
  }

  /** A number that `fits`; `expected` says which ones do. */
  number(
    name: string,
    fallback: number,
    expected: string,
    fits: (value: number) => boolean,
  ): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = text.trim() === "" ? NaN : Number(text);
    if (!Number.isFinite(value) || !fits(value)) {
      throw new UsageError(
        `Cannot read --${name}: expected ${expected}, got "${text}"`,
      );
    }
    return value;
  }

  /** A whole number of at least `lowest`. */
  integer(name: string, fallback: number, lowest: number): number {
    return this.number(
      name,
      fallback,
      `a whole number ≥ ${lowest}`,
      (value) => Number.isSafeInteger(value) && value >= lowest,
    );
  }

  /** A probability in [0, 1). */
  fraction(name: string, fallback: number): number {
    return this.number(
      name,
      fallback,
      "a number in [0, 1)",
      (value) => value >= 0 && value < 1,
    );
  }

  /** A number of at least 0. */
  magnitude(name: string, fallback: number): number {
    return this.number(name, fallback, "a number ≥ 0", (value) => value >= 0);
  }
}

/**
 * Parses a command line.
 *
 * @throws {UsageError} If a flag is not known, lacks its value, or has one it should not have.
 */
export function parseFlags(command: Command, args: readonly string[]): Flags {
  const names = Object.keys({ ...command.flags, help: {} });
  const takesValue = (name: string) => command.flags[name]?.value !== undefined;
  const string = names.filter(takesValue);
  const several = string.filter((name) => command.flags[name]!.several);
  const boolean = names.filter((name) => !takesValue(name));
  const unknown: string[] = [];
  const parsed: Record<string, unknown> = parseArgs([...args], {
    string: [...string, "_"],
    boolean,
    collect: several,
    alias: { help: "h" },
    unknown: (argument: string, key?: string) => {
      if (key !== undefined) unknown.push(argument);
      return key === undefined;
    },
  });
  if (unknown.length > 0) {
    throw new UsageError(
      `Cannot understand ${unknown[0]}: expected one of ${
        names.map((name) => `--${name}`).join(", ")
      }`,
    );
  }
  const values = new Map<string, readonly string[]>();
  for (const name of string) {
    const given = [parsed[name] ?? []].flat() as string[];
    const texts = several.includes(name)
      ? given.flatMap((text) => text.split(","))
      : given;
    if (texts.includes("")) {
      const { value } = command.flags[name]!;
      throw new UsageError(
        `Cannot read --${name}: expected ${value}, got nothing`,
      );
    }
    if (texts.length > 0) values.set(name, texts);
  }
  for (const name of boolean) if (parsed[name] === true) values.set(name, []);
  return new Flags(values, (parsed._ as (string | number)[]).map(String));
}

/** The text that --help prints. */
export function helpText({ name, operands, summary, flags }: Command): string {
  const rows = Object.entries({
    ...flags,
    help: { help: "Show this." } as Flag,
  })
    .map(([flag, { value, help }]) =>
      [`--${flag}${value ? ` ${value}` : ""}`, help] as const
    );
  const width = Math.max(...rows.map(([left]) => left.length));
  return [
    `Usage: deno task ${name} ${operands}`.trim(),
    "",
    ...folded(summary, COLUMNS),
    "",
    ...rows.flatMap(([left, help]) =>
      folded(help, COLUMNS - width - 4).map((line, n) =>
        `  ${(n === 0 ? left : "").padEnd(width)}  ${line}`
      )
    ),
  ].join("\n");
}

/** Columns of a terminal. */
const COLUMNS = 80;

/** A text in lines of at most so many columns, broken between words. */
function folded(text: string, columns: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trimStart();
    if (longer.length > columns && lines.at(-1) !== "") lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
