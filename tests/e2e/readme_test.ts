// The README's lines for a shell are run, and what it says came back is what comes back.

import { assert, assertEquals } from "@std/assert";
import { startServer } from "./server.ts";

const HERE = new URL("../../", import.meta.url);
const README = await Deno.readTextFile(new URL("README.md", HERE));
const KEYS = { FINETUNE_KEY: "train", ADMIN_KEY: "admin" };

/** The blocks of code in a language that hold a text, in their order. */
function blocks(language: string, text: string): string[] {
  return [...README.matchAll(/^```(\w+)\n([^]*?)^```$/gm)]
    .filter(([, found, code]) => found === language && code!.includes(text))
    .map(([, , code]) => code!);
}

async function hasCurl(): Promise<boolean> {
  try {
    const args = ["-c", "curl --version"];
    return (await new Deno.Command("bash", { args }).output()).success;
  } catch {
    return false;
  }
}

/** Runs lines for a shell against a server, in a folder; gives what the last one printed. */
async function shell(code: string, url: string, cwd: string) {
  const lines = code.replaceAll("http://127.0.0.1:8000", url)
    .replaceAll(/\bcurl\b/g, "curl -sS --fail-with-body");
  const { success, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-euc", lines],
    cwd,
    env: KEYS,
  }).output();
  const text = new TextDecoder();
  assert(success, text.decode(stderr));
  return JSON.parse(text.decode(stdout));
}

Deno.test({
  name: "the README's answer, correction and rollback are those of the server",
  ignore: !await hasCurl(),
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const server = await startServer(["run", "-A", "routes/start.ts"], {
      HOST: "127.0.0.1",
      PORT: "0",
      STORE: "memory",
      ...KEYS,
    });
    try {
      const lines = blocks("sh", "curl ");
      assertEquals(lines.length, 3);
      const [ask, teach, takeBack] = lines as [string, string, string];
      const answer = await shell(ask, server.url, folder);
      assertEquals(JSON.parse(blocks("json", "predictions")[0]!), answer);

      const { accepted, examples, guard } = await shell(
        teach,
        server.url,
        folder,
      );
      assert(accepted);
      const { before, after } = examples[0].item.probability;
      const said = README.match(
        /p\(mug\) went from ([\d.]+) to ([\d.]+), and that the model is right\s+about as many of (\d+) photographs/,
      )!.slice(1);
      assertEquals(said, [
        before.toFixed(2),
        after.toFixed(2),
        `${guard.size}`,
      ]);
      assertEquals(guard.item.before, guard.item.after);
      assertEquals(guard.domain.before, guard.domain.after);

      await shell(takeBack, server.url, folder);
      const again = await shell(ask, server.url, folder);
      assertEquals(again.predictions, answer.predictions);
      assertEquals(again.model.etag, answer.model.etag);
    } finally {
      await server.stop();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("every page, picture and place that the documentation links to is there", async () => {
  const pages = ["README.md", "SECURITY.md", "CHANGELOG.md"];
  for await (const { name } of Deno.readDir(new URL("docs/", HERE))) {
    if (name.endsWith(".md")) pages.push(`docs/${name}`);
  }
  const missing: string[] = [];
  for (const page of pages) {
    const here = new URL(page, HERE);
    const text = await Deno.readTextFile(here);
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target!)) continue;
      const url = new URL(target!, here);
      const { hash } = url;
      url.hash = "";
      const there = hash === ""
        ? await Deno.stat(url).then(() => true, () => false)
        : hasHeading(await Deno.readTextFile(url).catch(() => ""), hash);
      if (!there) missing.push(`${page}: ${target}`);
    }
  }
  assertEquals(missing, []);
});

/** Tells if a page has a heading that GitHub gives this anchor. */
function hasHeading(page: string, hash: string): boolean {
  return [...page.matchAll(/^#+ (.*)$/gm)].some(([, heading]) =>
    hash === `#${
      heading!.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-")
    }`
  );
}
