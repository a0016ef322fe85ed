/**
 * `deno task start`: serves the app on HOST and PORT until SIGINT or SIGTERM.
 *
 * @module
 */

import { lazyService } from "./serving.ts";
import { type Keys, readSettings } from "../src/service/settings.ts";
import { createApp } from "./app.ts";

/** How long requests under way may take after a signal, in milliseconds. */
const PATIENCE = 4000;

const settings = orExit(() => readSettings((name) => Deno.env.get(name)));
const keys = withKeyForThisRun(settings.keys, settings.host);
const service = lazyService(settings);
const opening = service.open().catch(exitWith);
const app = createApp({ ...settings, keys, service: service.open });

// A model that cannot be served is better known now than at the first request.
const opened = await opening;
const server = Deno.serve({
  hostname: settings.host,
  port: settings.port,
  onListen: ({ hostname, port }) =>
    console.log(
      `Tandem listens on http://${
        hostname.includes(":") ? `[${hostname}]` : hostname
      }:${port}`,
    ),
}, app.fetch);
opened.otherModels().then(sayOthers, console.error);
Deno.addSignalListener("SIGINT", stop);
// Windows knows no SIGTERM.
if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);

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

/** Fills in missing keys with one that is good until the server stops, if only this machine can call. */
function withKeyForThisRun(keys: Keys, host: string): Keys {
  const loopback = /^(127(\.\d+){3}|::1|localhost)$/.test(host);
  if (!loopback || (keys.finetune !== undefined && keys.admin !== undefined)) {
    return keys;
  }
  const key = Array.from(
    crypto.getRandomValues(new Uint8Array(16)),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join("");
  const opened = [
    ...(keys.finetune === undefined ? ["/finetune"] : []),
    ...(keys.admin === undefined ? ["the admin routes"] : []),
  ];
  console.log(`Key for ${opened.join(" and ")}, for this run only: ${key}`);
  return { ...keys, finetune: keys.finetune ?? key, admin: keys.admin ?? key };
}

/** Takes no more requests, finishes those under way, closes the store. */
async function stop(): Promise<void> {
  const timer = setTimeout(() => Deno.exit(0), PATIENCE);
  await server.shutdown();
  await service.close();
  clearTimeout(timer);
  Deno.exit(0);
}
