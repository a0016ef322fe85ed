/** Server processes on a free port of 127.0.0.1. @module */

const ROOT = new URL("../../", import.meta.url);

/** A server that listens. */
export interface Server {
  readonly url: string;
  readonly pid: number;
  /** When the process was started, as `performance.now()` says it. */
  readonly started: number;
  stop(): Promise<void>;
}

/** Starts Tandem as `deno task start` does, with a store of its own in `folder` unless told. */
export function startTandem(
  folder: string,
  env: Record<string, string> = {},
): Promise<Server> {
  return start(
    [
      "--allow-net",
      "--allow-read",
      `--allow-write=${folder}`,
      "--allow-env",
      "routes/start.ts",
    ],
    {
      HOST: "127.0.0.1",
      PORT: "0",
      PREDICT_KEY: "",
      LOG: "none", // nobody reads it
      STORE: `${folder}/store.kv`,
      ...env,
    },
  );
}

/** Starts the least app that Hono makes. */
export function startHono(): Promise<Server> {
  return start(["--allow-net", "tests/bench/one_route.ts"], {});
}

/** Starts `deno run <args>` and returns at the moment it says where it listens. */
async function start(
  args: readonly string[],
  env: Record<string, string>,
): Promise<Server> {
  const started = performance.now();
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...args],
    cwd: ROOT,
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const output = process.stdout.pipeThrough(new TextDecoderStream())
    .getReader();
  const stop = async () => {
    process.kill("SIGTERM");
    while (!(await output.read()).done);
    await process.status;
  };
  let said = "";
  for (;;) {
    const { value, done } = await output.read();
    if (done) break;
    said += value;
    const url = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(said)?.[0];
    if (url !== undefined) return { url, pid: process.pid, started, stop };
  }
  throw new Error(`The server does not listen. It said: ${said}`);
}

/** Resident memory of a server, in megabytes of 10⁶ bytes. */
export async function residentMemory({ pid }: Server): Promise<number> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "rss=", "-p", String(pid)],
  }).output();
  return Number(new TextDecoder().decode(stdout)) * 1024 / 1e6;
}
