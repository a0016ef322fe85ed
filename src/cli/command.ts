/** The frame of every command: help, exit codes, signals. @module */

import {
  CapacityError,
  CheckpointError,
  DataError,
  DivergedError,
  ImageError,
  StoreError,
} from "../errors.ts";
import {
  type Command,
  type Flags,
  helpText,
  parseFlags,
  UsageError,
} from "./flags.ts";
import { tellLine } from "./stderr.ts";

/** Exit codes of all commands. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  badData: 3,
  diverged: 4,
  interrupted: 130,
} as const;

/** The work of a command; returns its exit code. */
export type Main = (flags: Flags, signal: AbortSignal) => Promise<number>;

/** Signals that ask a command to end: Ctrl-C, a supervisor, a terminal that is closed. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** npx may pass Ctrl-C on a second time; only a later one ends the process at once. */
const INSISTING_MS = 2000;

/** The signal that is aborted when the process is asked to end; when asked again, the process exits at once. */
function interruption(): AbortSignal {
  const interrupt = new AbortController();
  let first = 0;
  const listener = () => {
    if (!interrupt.signal.aborted) {
      first = performance.now();
      interrupt.abort();
    } else if (performance.now() - first > INSISTING_MS) {
      Deno.exit(EXIT.interrupted);
    }
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, listener);
  return interrupt.signal;
}

/** Runs a command to its end and exits the process. */
export async function runCommand(command: Command, main: Main): Promise<never> {
  const signal = interruption();
  let code: number;
  try {
    const flags = parseFlags(command, Deno.args);
    if (flags.has("help")) {
      console.log(helpText(command));
      code = EXIT.ok;
    } else {
      code = await main(flags, signal);
    }
  } catch (error) {
    const stopped = signal.aborted && error === signal.reason;
    code = stopped ? EXIT.interrupted : exitCodeOf(error);
    if (stopped) tellLine("Interrupted.");
    else errorText(error, code).split("\n").forEach(tellLine);
    if (code === EXIT.usage) {
      tellLine(`See deno task ${command.name} --help.`);
    }
  }
  Deno.exit(code);
}

/** The error in words; one that nobody foresaw with its stack, for whoever mends it. */
function errorText(error: unknown, code: number): string {
  if (error instanceof StoreError && error.cause instanceof Error) {
    // A command has no server, in whose log the cause would be.
    const told = error.message.replace(", the server's log says why", "");
    return `${told}: ${error.cause.message}`;
  }
  if (error instanceof CapacityError) {
    return `${error.message}; choose narrower layers with --hidden, or a smaller --batch-size`;
  }
  const isForeseen = error instanceof StoreError || isSystemError(error);
  return code === EXIT.failure && !isForeseen
    ? Deno.inspect(error)
    : (error as Error).message;
}

/** Whether the system refused something, such as to open a file, or had no room on a disk. */
export function isSystemError(error: unknown): error is Error {
  return error instanceof Error && /^E[A-Z0-9]+$/.test(codeOf(error));
}

function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : "";
}

/** The exit code that tells what kind of error ended a command. */
function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError || error instanceof CapacityError) {
    return EXIT.usage;
  }
  if (
    error instanceof DataError || error instanceof ImageError ||
    error instanceof CheckpointError
  ) return EXIT.badData;
  if (error instanceof DivergedError) return EXIT.diverged;
  return EXIT.failure;
}

/**
 * The command as it was typed, less `--json`, which only shows what it does, and
 * the flags named by `but`, and with `more` arguments behind.
 */
export function commandLine(
  { name }: Command,
  but: readonly string[] = [],
  more: readonly string[] = [],
): string {
  const args = [...Deno.args];
  for (const flag of but.map((each) => `--${each}`)) {
    const at = args.indexOf(flag);
    if (at >= 0) args.splice(at, 2);
  }
  const kept = args.filter((arg) =>
    arg !== "--json" && !but.some((flag) => arg.startsWith(`--${flag}=`))
  );
  return ["deno", "task", name, ...[...kept, ...more].map(shellQuoted)].join(
    " ",
  );
}

/** An argument as a shell reads it. */
export function shellQuoted(argument: string): string {
  return /^[\w./,:=+-]+$/.test(argument)
    ? argument
    : `'${argument.replaceAll("'", `'\\''`)}'`;
}
