/** What every command shares: help, exit codes, Ctrl-C. @module */

import {
  CheckpointError,
  DataError,
  DivergedError,
  ImageError,
} from "../errors.ts";
import {
  type Command,
  type Flags,
  helpText,
  parseFlags,
  UsageError,
} from "./flags.ts";

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

/** Runs a command to its end and exits the process. */
export async function runCommand(command: Command, main: Main): Promise<never> {
  const interrupt = new AbortController();
  // A second Ctrl-C does not wait for the first one's saving.
  Deno.addSignalListener("SIGINT", () => {
    if (interrupt.signal.aborted) Deno.exit(EXIT.interrupted);
    interrupt.abort();
  });
  let code: number;
  try {
    const flags = parseFlags(command, Deno.args);
    if (flags.has("help")) {
      console.log(helpText(command));
      code = EXIT.ok;
    } else {
      code = await main(flags, interrupt.signal);
    }
  } catch (error) {
    code = interrupt.signal.aborted ? EXIT.interrupted : exitCodeOf(error);
    if (code === EXIT.interrupted) console.error("Interrupted.");
    else {console.error(
        code === EXIT.failure ? error : (error as Error).message,
      );}
    if (code === EXIT.usage) {
      console.error(`See deno task ${command.name} --help.`);
    }
  }
  Deno.exit(code);
}

/** The exit code that tells what kind of error ended a command. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage;
  if (
    error instanceof DataError || error instanceof ImageError ||
    error instanceof CheckpointError
  ) return EXIT.badData;
  if (error instanceof DivergedError) return EXIT.diverged;
  return EXIT.failure;
}

/** The command as it was typed, less the flags that only show what it does: `--json` and `but`. */
export function commandLine(
  { name }: Command,
  but: readonly string[] = [],
): string {
  const args = [...Deno.args];
  for (const flag of but.map((each) => `--${each}`)) {
    const at = args.indexOf(flag);
    if (at >= 0) args.splice(at, 2);
  }
  const quoted = args
    .filter((arg) =>
      arg !== "--json" && !but.some((flag) => arg.startsWith(`--${flag}=`))
    )
    .map((arg) =>
      /^[\w./,:=+-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`
    );
  return ["deno", "task", name, ...quoted].join(" ");
}
