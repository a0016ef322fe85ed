/**
 * `deno task start`: serves the app on HOST and PORT until SIGINT or SIGTERM.
 *
 * @module
 */

import { endOnSignal, lazyService } from "./serving.ts";
import { type Keys, readSettings } from "../src/service/settings.ts";
import { createApp } from "./app.ts";
import { Listener } from "./listener.ts";

const settings = orExit(() => readSettings((name) => Deno.env.get(name)));
const loopback = /^(127(\.\d+){3}|::1|localhost)$/.test(settings.host);
const keys = loopback ? withKeysOfThisRun(settings.keys) : settings.keys;
const service = lazyService(settings);
const opening = service.open().catch(exitWith);
const app = createApp({
  ...settings,
  keys,
  loopback,
  service: service.open,
});

// A model that cannot be served is better known now than at the first request.
const opened = await opening;
const server = new Listener({
  hostname: settings.host,
  port: settings.port,
  onListen: ({ hostname, port }) =>
    console.log(
      `Tandem listens on http://${
        hostname.includes(":") ? `[${hostname}]` : hostname
      }:${port}`,
    ),
  report: (line) => console.warn(line),
}, app.fetch);
opened.otherModels().then(sayOthers, console.error);
endOnSignal(service, () => server.shutdown());

/** What `read` gives, or the end of the program with what is wrong in one line. */
function orExit<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    return exitWith(error as Error);
  }
}

function exitWith({ message }: Error): never {
  console.error(message);
  Deno.exit(1);
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
