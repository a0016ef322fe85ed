// The repository as a package: it can be published, and used from elsewhere.

import { assertEquals, assertMatch } from "@std/assert";
import config from "../../deno.json" with { type: "json" };

const HERE = new URL("../../", import.meta.url);

async function deno(args: readonly string[], cwd: string | URL) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

Deno.test("the package could be published", async () => {
  const flags = ["--dry-run", "--allow-dirty"];
  const { code, stderr } = await deno(["publish", ...flags], HERE);
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /weights\/office31\.safetensors/);
});

Deno.test("an app of another project is made of it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { name, version } = config;
    await Deno.writeTextFile(
      `${folder}/deno.json`,
      JSON.stringify({
        imports: { [name]: `jsr:${name}@${version}` },
        links: [HERE.pathname],
        unstable: ["kv"],
      }),
    );
    await Deno.writeTextFile(
      `${folder}/main.ts`,
      `
      import { type App, createApp } from "${name}/app";
      import { lazyService } from "${name}/serving";
      import { readSettings } from "${name}/settings";

      const settings = readSettings((name) => name === "STORE" ? "memory" : undefined);
      const service = lazyService(settings);
      const app: App = createApp({ ...settings, service: service.open });
      console.log(await (await app.request("/healthz")).text());
      await service.close();
    `,
    );
    const { code, stdout, stderr } = await deno([
      "run",
      "--check",
      "-A",
      "main.ts",
    ], folder);
    assertEquals(code, 0, stderr);
    assertEquals(JSON.parse(stdout).status, "ok");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
