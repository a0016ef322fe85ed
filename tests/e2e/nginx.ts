/** nginx before servers, as docs/deploying.md has it. @module */

const PAGE = new URL("../../docs/deploying.md", import.meta.url);
/** How long it may take to answer, in milliseconds. */
const PATIENCE = 30_000;

/** Whether nginx is installed. */
export async function hasNginx(): Promise<boolean> {
  try {
    return (await new Deno.Command("nginx", { args: ["-v"] }).output()).success;
  } catch {
    return false;
  }
}

/** Runs nginx on a free port before servers, one or two, by their URLs. */
export async function withNginx<T>(
  servers: readonly string[],
  body: (url: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir();
  const port = freePort();
  await Deno.writeTextFile(
    `${folder}/nginx.conf`,
    await configuration(servers, port, folder),
  );
  const nginx = new Deno.Command("nginx", {
    args: [
      "-p",
      folder,
      "-c",
      `${folder}/nginx.conf`,
      "-e",
      `${folder}/error.log`,
      "-g",
      "daemon off; master_process off;",
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilAnswered(url);
    return await body(url);
  } finally {
    nginx.kill("SIGTERM");
    await nginx.status;
    await Deno.remove(folder, { recursive: true });
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

/** The page's configuration, for these servers, with all files in a folder. */
async function configuration(
  servers: readonly string[],
  port: number,
  folder: string,
): Promise<string> {
  const page = await Deno.readTextFile(PAGE);
  let text = /^```nginx\n([^]*?)^```$/m.exec(page)![1]!
    .replace("127.0.0.1:8000", `127.0.0.1:${port}`);
  [8001, 8002].forEach((number, i) => {
    const server = servers[i];
    text = server === undefined
      ? text.replace(
        new RegExp(`^ *server 127\\.0\\.0\\.1:${number}.*\n`, "m"),
        "",
      )
      : text.replace(`127.0.0.1:${number}`, new URL(server).host);
  });
  const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`).join("\n");
  return `pid ${folder}/pid;\n` +
    text.replace("http {", `http {\naccess_log off;\n${places}`);
}

async function untilAnswered(url: string): Promise<void> {
  for (let waited = 0; waited < PATIENCE; waited += 50) {
    const answer = await fetch(`${url}/healthz`).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("nginx does not answer");
}
