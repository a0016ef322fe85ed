/** A server process on a free port of 127.0.0.1, and what it said. @module */

/** How long a server may take to listen, in milliseconds: a machine may be busy. */
const PATIENCE = 60_000;

/** A running server. */
export interface Server {
  readonly url: string;
  readonly process: Deno.ChildProcess;
  /** Everything that it has said so far. */
  said(): string;
  /** Resolves when it has ended, with all that it said. */
  ended(): Promise<Deno.CommandStatus>;
  /** Ends it by a signal; resolves to its exit status. */
  stop(signal?: Deno.Signal): Promise<Deno.CommandStatus>;
}

/** The repository. */
const HERE = new URL("../../", import.meta.url);

/**
 * Starts `deno <args>` in the repository, or a checkout of it, and waits until it says where it listens.
 *
 * @param descriptors How many the process may have; as many as this one by default.
 */
export async function startServer(
  args: readonly string[],
  env: Record<string, string>,
  folder = HERE,
  descriptors?: number,
): Promise<Server> {
  const limited =
    `ulimit -Sn ${descriptors} && ulimit -Hn ${descriptors} && exec "$@"`;
  const process = new Deno.Command(
    descriptors === undefined ? Deno.execPath() : "bash",
    {
      args: descriptors === undefined
        ? [...args]
        : ["-c", limited, "bash", Deno.execPath(), ...args],
      cwd: folder,
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    },
  ).spawn();
  let text = "";
  const listen = (stream: ReadableStream<Uint8Array<ArrayBuffer>>) =>
    stream.pipeThrough(new TextDecoderStream()).pipeTo(
      new WritableStream({
        write(chunk) {
          text += chunk;
        },
      }),
    );
  const silence = Promise.all([listen(process.stdout), listen(process.stderr)]);
  const address = () => /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(text)?.[0];
  const ended = async () => {
    const status = await process.status;
    await silence;
    return status;
  };
  const stop = async (signal: Deno.Signal = "SIGTERM") => {
    process.kill(signal);
    return await ended();
  };
  for (let waited = 0; address() === undefined; waited += 50) {
    if (waited > PATIENCE) {
      await stop("SIGKILL");
      throw new Error(`The server does not listen. It said: ${text}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { url: address()!, process, said: () => text, ended, stop };
}

/** A folder for a store and a small model, removed when the test is over. */
export async function withFolder(
  model: Uint8Array,
  body: (files: { model: string; store: string }) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const files = {
    model: `${folder}/model.safetensors`,
    store: `${folder}/store.kv`,
  };
  try {
    await Deno.writeFile(files.model, model);
    await body(files);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
