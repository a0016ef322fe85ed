/**
 * Stand-in for the part of `@std/cli/parse-args` that the commands use, for
 * machines that cannot reach JSR. tests/cli/std_test.ts holds both to the same
 * contract. `node:util`'s parser will not do: it takes `-1` for the value in
 * `--seed -1`, knows no numbers and reports unknown options by throwing.
 *
 * @module
 */

/** The options that the commands use. */
export interface ParseOptions {
  /** Options that take a value; `_` keeps positional arguments from becoming numbers. */
  readonly string?: readonly string[];
  /** Options that take none, false by default. */
  readonly boolean?: readonly string[];
  /** Options whose values are collected in a list, where others keep the last. */
  readonly collect?: readonly string[];
  /** Options that `--no-name` sets to false. */
  readonly negatable?: readonly string[];
  /** A second name for an option. */
  readonly alias?: Readonly<Record<string, string>>;
  /** Values of options that are not given. */
  readonly default?: Readonly<Record<string, unknown>>;
  /** Called for every argument that is not a known option; false leaves it out. */
  readonly unknown?: (
    argument: string,
    key?: string,
    value?: unknown,
  ) => unknown;
}

/** The options by name, and under `_` what is not an option. */
export type Args = { _: (string | number)[] } & Record<string, unknown>;

/** Parses `args`; the last of a repeated option wins unless they are collected, and all after `--` is positional. */
export function parseArgs(args: string[], options: ParseOptions = {}): Args {
  const end = args.indexOf("--");
  const queue = end < 0 ? [...args] : args.slice(0, end);
  const parser = new Parser(options, queue);
  for (
    let argument = queue.shift();
    argument !== undefined;
    argument = queue.shift()
  ) {
    parser.take(argument);
  }
  parser.fillIn();
  if (end >= 0) parser.parsed._.push(...args.slice(end + 1));
  return parser.parsed;
}

class Parser {
  readonly parsed: Args = { _: [] };
  readonly #options: ParseOptions;
  readonly #queue: string[];
  readonly #others = new Map<string, string>();
  readonly #strings: Set<string>;
  readonly #booleans: Set<string>;
  readonly #negatable: Set<string>;
  readonly #collected: Set<string>;

  constructor(options: ParseOptions, queue: string[]) {
    this.#options = options;
    this.#queue = queue;
    for (const [name, other] of Object.entries(options.alias ?? {})) {
      this.#others.set(name, other).set(other, name);
    }
    const bothNames = (names: readonly string[] = []) =>
      new Set(names.flatMap((name) => [name, this.#others.get(name) ?? name]));
    this.#strings = bothNames(options.string);
    this.#booleans = bothNames(options.boolean);
    this.#negatable = bothNames(options.negatable);
    this.#collected = bothNames(options.collect);
  }

  take(argument: string) {
    const long = /^--(no-)?(.+?)(?:=(.+))?$/s.exec(argument);
    if (long) this.#takeLong(argument, long);
    else if (/^-./s.test(argument)) this.#takeLetters(argument);
    else if (this.#options.unknown?.(argument) !== false) {
      this.parsed._.push(this.#strings.has("_") ? argument : typed(argument));
    }
  }

  fillIn() {
    const no = [...this.#booleans].map((name) => [name, false] as const);
    for (const name of this.#collected) this.parsed[name] ??= [];
    for (
      const [name, value] of [
        ...Object.entries(this.#options.default ?? {}),
        ...no,
      ]
    ) {
      if (!Object.hasOwn(this.parsed, name)) this.#store(name, value);
    }
  }

  #takeLong(argument: string, [, no, name = "", value]: RegExpExecArray) {
    if (value !== undefined) {
      const truth = this.#booleans.has(name) ? value !== "false" : value;
      this.#set(argument, name, truth);
    } else if (no && this.#negatable.has(name)) {
      this.#set(argument, name, false);
    } else {
      this.#setFollowed(argument, (no ?? "") + name);
    }
  }

  /** `-k 5`, `-k=5`, `-k5`, or several letters at once. */
  #takeLetters(argument: string) {
    const attached = /^-([a-z])(?:=(.+)|(-?\d.*))$/is.exec(argument);
    if (attached) {
      const [, letter = "", value, number = ""] = attached;
      return this.#set(argument, letter, value ?? number);
    }
    const last = argument.length - 1;
    for (const letter of argument.slice(1, last)) {
      this.#set(argument, letter, this.#absent(letter));
    }
    this.#setFollowed(argument, argument.slice(last));
  }

  /** The next argument is the value, unless it looks like an option. */
  #setFollowed(argument: string, name: string) {
    const next = this.#queue[0] ?? "";
    const isValue = this.#booleans.has(name)
      ? next === "true" || next === "false"
      : next !== "" && !next.startsWith("-");
    if (!isValue) return this.#set(argument, name, this.#absent(name));
    this.#queue.shift();
    this.#set(
      argument,
      name,
      this.#booleans.has(name) ? next === "true" : next,
    );
  }

  #absent(name: string): "" | true {
    return this.#strings.has(name) ? "" : true;
  }

  #set(argument: string, name: string, value: string | boolean) {
    const known = this.#strings.has(name) || this.#booleans.has(name) ||
      this.#others.has(name);
    if (!known && this.#options.unknown?.(argument, name, value) === false) {
      return;
    }
    this.#store(
      name,
      typeof value === "string" && !this.#strings.has(name)
        ? typed(value)
        : value,
    );
  }

  #store(name: string, value: unknown) {
    if (this.#collected.has(name)) {
      value = [...(this.parsed[name] as unknown[] | undefined) ?? [], value];
    }
    this.parsed[name] = value;
    const other = this.#others.get(name);
    if (other !== undefined) this.parsed[other] = value;
  }
}

/** Turns text that looks like a number into one. */
function typed(text: string): string | number {
  return /\S/.test(text) && Number.isFinite(Number(text)) ? Number(text) : text;
}
