/**
 * `deno task start`: serves the app on HOST and PORT until SIGINT or SIGTERM.
 *
 * @module
 */

import {
  endOnSignal,
  lazyService,
  meterOf,
  openLogs,
  traceOf,
} from "./serving.ts";
import { StoreError } from "../src/errors.ts";
import { type Keys, readSettings } from "../src/service/settings.ts";
import { createApp } from "./app.ts";
import { Listener } from "./listener.ts";

await readArguments(Deno.args);
const settings = orExit(() => readSettings((name) => Deno.env.get(name)));
const loopback = /^(127(\.\d+){3}|::1|localhost)$/.test(settings.host);
const keys = loopback ? withKeysOfThisRun(settings.keys) : settings.keys;
const logs = openLogs(settings);
const service = lazyService(settings, {
  report: logs.report,
  unsound: exitWith,
});
const opening = service.open().catch(exitWith);
const app = orExit(() =>
  createApp({
    ...settings,
    keys,
    loopback,
    ...logs,
    trace: traceOf(settings),
    meter: meterOf(settings),
    service: service.open,
  })
);

const listening = Promise.withResolvers<Deno.NetAddr>();
endOnSignal(service, logs, () => server.shutdown());
const server = listen();
// A model that cannot be served is better known now than at the first request.
const opened = await opening;
sayWhere(await listening.promise);
opened.warmUp(); // whoever waited for that line takes some milliseconds to connect
opened.otherModels().then(sayOthers, console.error);

/** Returns what `read` returns; ends the program with one line if that fails. */
function orExit<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    return exitWith(error as Error);
  }
}

function listen(): Listener {
  const { host, port } = settings;
  try {
    return new Listener({
      hostname: host,
      port,
      onListen: listening.resolve,
      report: logs.report,
    }, app.fetch);
  } catch (error) {
    const why = error instanceof Deno.errors.AddrInUse
      ? "expected it to be free, another program listens there; " +
        "set PORT to another, or to 0 for a free one"
      : "expected HOST to be an address of this machine, and PORT a port that this user may open: " +
        (error as Error).message;
    return exitWith(
      new Error(`Cannot listen on port ${port} of ${host}: ${why}`),
    );
  }
}

function exitWith(error: Error): never {
  console.error(
    error instanceof StoreError && error.cause !== undefined
      ? `${error.message}: ${error.cause}` // this is the log that it refers to
      : error.message,
  );
  Deno.exit(1);
}

/** Ends the program where the command line asks for help, or for what there is not. */
async function readArguments([first]: readonly string[]): Promise<void> {
  if (first === undefined) return;
  if (first === "--help" || first === "-h") {
    const { startHelp } = await import("./start_help.ts");
    console.log(startHelp());
    Deno.exit(0);
  }
  console.error(
    `Cannot understand ${first}: expected no arguments, the environment sets everything.\n` +
      "See deno task start --help.",
  );
  Deno.exit(2);
}

function sayWhere({ hostname, port }: Deno.NetAddr): void {
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  console.log(`Tandem listens on http://${host}:${port}`);
}

function sayOthers(others: readonly string[]): void {
  if (others.length === 0) return;
  console.log(
    "The store also keeps what was learned on other weights files. It stays there, " +
      `and is served again with them: sha256 ${others.join(", ")}`,
  );
}

/** Fills in the keys that are missing, each by one of its own: only this machine can call. */
function withKeysOfThisRun(keys: Keys): Keys {
  return {
    ...keys,
    finetune: keys.finetune ?? keyOfThisRun("/finetune"),
    admin: keys.admin ?? keyOfThisRun("the admin routes"),
  };
}

/** Makes a key and prints what it opens. */
function keyOfThisRun(what: string): string {
  const key = crypto.getRandomValues(new Uint8Array(16)).toHex();
  console.log(`Key for ${what}, for this run only: ${key}`);
  return key;
}
