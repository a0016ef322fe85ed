// Every example of docs/http.md is run, and the page names what there is.

import { assert, assertEquals } from "@std/assert";
import { encodeJpeg, gradient } from "../image/fixtures.ts";
import { hasProgram } from "./program.ts";
import { type Server, startServer } from "./server.ts";

const HERE = new URL("../../", import.meta.url);
const PAGE = await Deno.readTextFile(new URL("docs/http.md", HERE));
const KEYS = { FINETUNE_KEY: "train", ADMIN_KEY: "admin" };

/** A block of code of the page. */
interface Block {
  readonly language: string;
  readonly code: string;
}

const BLOCKS: Block[] = [...PAGE.matchAll(/^```(\w+).*\n([^]*?)^```$/gm)]
  .map(([, language, code]) => ({ language: language!, code: code! }));

/** Runs a block of the page in a folder with photo.jpg; gives what it printed. */
async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  { url }: Server,
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd,
    env: { URL: url, NO_COLOR: "1", ...KEYS },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert(success, `${args.at(-1)}\n${text(stderr)}`);
  return text(stdout);
}

async function withServer(
  body: (server: Server, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const server = await startServer(["run", "-A", "routes/start.ts"], {
    HOST: "127.0.0.1",
    PORT: "0",
    STORE: "memory",
    ...KEYS,
  });
  try {
    await Deno.writeFile(
      `${folder}/photo.jpg`,
      await encodeJpeg(gradient(120, 90)),
    );
    await body(server, folder);
    assertEquals((await server.stop()).code, 0);
  } catch (cause) {
    await server.stop("SIGKILL").catch(() => {});
    throw new Error(`The server said: ${server.said()}`, { cause });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const hasShell = await hasProgram("bash") && await hasProgram("curl");

Deno.test({
  name: "the examples with curl succeed",
  ignore: !hasShell,
  fn: () =>
    withServer(async (server, folder) => {
      const blocks = BLOCKS.filter(({ language, code }) =>
        language === "sh" && !code.includes("deno task")
      );
      assert(blocks.length >= 8);
      for (const { code } of blocks) {
        const script = `set -euo pipefail\n${
          code.replaceAll(/\bcurl\b/g, "curl -sS --fail-with-body")
        }`;
        await run("bash", ["-c", script], folder, server);
      }
    }),
});

Deno.test({
  name: "the examples with Python's standard library succeed",
  ignore: !await hasProgram("python3"),
  fn: () =>
    withServer(async (server, folder) => {
      const blocks = BLOCKS.filter(({ language }) => language === "python");
      assertEquals(blocks.length, 2);
      for (const { code } of blocks) {
        assert((await run("python3", ["-c", code], folder, server)).length > 1);
      }
    }),
});

Deno.test("the examples in TypeScript are right and succeed", () =>
  withServer(async (server, folder) => {
    const blocks = BLOCKS.filter(({ language }) => language === "ts");
    assertEquals(blocks.length, 3);
    await Deno.writeTextFile(
      `${folder}/deno.json`,
      JSON.stringify({
        imports: {
          "hono/client": "npm:hono@4.13.19/client",
          "@tandem/tandem": "jsr:@tandem/tandem@^0.1.0",
        },
        links: [HERE.pathname],
        unstable: ["kv"],
      }),
    );
    for (const { code } of blocks) {
      const given = `const URL_ = ${
        JSON.stringify(server.url)
      };\nconst FINETUNE_KEY = "train";\n`;
      await Deno.writeTextFile(
        `${folder}/main.ts`,
        `${given}${code}\nexport { FINETUNE_KEY, URL_ };\n`,
      );
      const args = ["run", "--check", "--allow-net", "--allow-read", "main.ts"];
      assert((await run(Deno.execPath(), args, folder, server)).length > 1);
    }
  }));

Deno.test("the page names every route, option, header and status of the document", () =>
  withServer(async ({ url }) => {
    const { paths } = await (await fetch(`${url}/openapi.json`)).json();
    const missing: string[] = [];
    const expect = (text: string, name = text) => {
      if (!PAGE.includes(text)) missing.push(name);
    };
    for (
      const [path, methods] of Object.entries<Record<string, Operation>>(paths)
    ) {
      if (!/^\/(v2|docs)\//.test(path)) {
        expect(
          path === "/"
            ? "`/`"
            : path.replace(/^\/labels\/.*/, "/labels/{head}/{name}"),
          path,
        );
      }
      for (
        const { parameters, responses, requestBody } of Object.values(methods)
      ) {
        for (const { name, in: place } of parameters) {
          if (place !== "path") expect(`\`${name}\``);
        }
        for (const status of Object.keys(responses)) {
          if (Number(status) >= 400) expect(`| ${status} `, status);
        }
        const json = requestBody?.content["application/json"]?.schema
          .properties;
        if (!path.startsWith("/v2")) {
          for (const name of Object.keys(json ?? {})) {
            expect(name);
          }
        }
      }
    }
    assertEquals(missing, []);
  }));

interface Operation {
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
  }[];
  readonly responses: Readonly<Record<string, unknown>>;
  readonly requestBody?: {
    readonly content: Readonly<
      Record<string, { readonly schema: { readonly properties?: object } }>
    >;
  };
}
