// What docs/deploying.md tells to do, done as far as it goes without root and Docker.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { validate } from "dockerfile-utils";
import { IMAGES } from "../routes/fixture.ts";
import { modelBytes } from "../service/fixture.ts";
import { testStores } from "../store/engines.ts";
import { hasNginx, withNginx } from "./nginx.ts";
import { startServer, withFolder } from "./server.ts";

const HERE = new URL("../../", import.meta.url);
const PAGE = await Deno.readTextFile(new URL("docs/deploying.md", HERE));
const DOCKERFILE = await Deno.readTextFile(new URL("Dockerfile", HERE));
const model = modelBytes({ guard: false });
const PATIENCE = 30_000;

/** The code of a block of the page. */
function block(language: string): string {
  return new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "m").exec(PAGE)![1]!;
}

/** An instruction of the Dockerfile whose value is JSON. */
function instruction(name: string): string[] {
  const text = new RegExp(`^${name} (?:CMD )?(\\[.*\\])$`, "m").exec(
    DOCKERFILE,
  )![1]!;
  return JSON.parse(text);
}

async function correct(url: string): Promise<number> {
  const form = new FormData();
  form.append("image", new Blob([IMAGES.jpeg]));
  form.append("thing", "pen");
  form.append("mode", "steps");
  form.append("learningRate", "0.01");
  const response = await fetch(`${url}/finetune`, {
    method: "POST",
    body: form,
    headers: { Authorization: "Bearer train" },
  });
  const { accepted, version } = await response.json();
  assertEquals([response.status, accepted], [200, true]);
  return version.after;
}

const versionOf = async (url: string): Promise<number> =>
  (await (await fetch(`${url}/healthz`)).json()).version;

/** The status of the server's answer under a host name, which `fetch` does not let a caller choose. */
async function statusFor(url: string, host: string): Promise<number> {
  const { stdout } = await new Deno.Command("curl", {
    args: ["-s", "-o", "/dev/null", "-w", "%{http_code}"]
      .concat("-H", `Host: ${host}`, `${url}/healthz`),
  }).output();
  return Number(new TextDecoder().decode(stdout));
}

async function untilServed(url: string, version: number): Promise<void> {
  for (let waited = 0; await versionOf(url) !== version; waited += 50) {
    assert(waited < PATIENCE, `version ${version} is not served`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

Deno.test("the Dockerfile is sound, and runs as a user without rights", () => {
  assertEquals(validate(DOCKERFILE), []);
  assertMatch(DOCKERFILE, /^USER deno$/m);
  const user = DOCKERFILE.indexOf("\nUSER ");
  assert(
    DOCKERFILE.indexOf("\nRUN ") < user && user < DOCKERFILE.indexOf("\nCMD "),
  );
});

Deno.test("the container's command serves, writes only its store, and its health check passes", async () => {
  await withFolder(model, async ({ model, store }) => {
    const folder = store.slice(0, store.lastIndexOf("/"));
    const here = (args: string[]) =>
      args.slice(1).map((each) => each.replace("=/data", `=${folder}`));
    const server = await startServer(here(instruction("CMD")), {
      HOST: "127.0.0.1",
      PORT: "0",
      STORE: store,
      MODEL: model,
      FINETUNE_KEY: "train",
      LOG: "json",
    });
    try {
      const { port } = new URL(server.url);
      const check = () =>
        new Deno.Command(Deno.execPath(), {
          args: here(instruction("HEALTHCHECK")),
          env: { PORT: port },
        }).output();
      assertEquals((await check()).code, 0);
      assertEquals(await correct(server.url), 1);
      await server.stop();
      assert((await check()).code !== 0);
    } finally {
      await server.stop().catch(() => {});
    }
  });
});

Deno.test("the systemd unit runs the same program with the same rights", () => {
  const unit = block("ini");
  const [, command] = /^ExecStart=\/usr\/bin\/env deno (.*)$/m.exec(unit)!;
  const inContainer = instruction("CMD").slice(1)
    .filter((flag) => flag !== "--cached-only")
    .map((flag) => flag.replace("/data", "/var/lib/tandem"));
  assertEquals(command!.split(" "), inContainer);
  for (
    const setting of [
      "DynamicUser=yes",
      "ProtectSystem=strict",
      "NoNewPrivileges=yes",
    ]
  ) {
    assert(unit.includes(setting), setting);
  }
});

testStores(
  "behind nginx, two servers answer as one, and one may go",
  async (setting) => {
    if (!await hasNginx()) {
      console.log("nginx is left out: it is not installed.");
      return;
    }
    const name = /^export ALLOWED_HOSTS=(\S+)$/m.exec(PAGE)![1]!;
    await withFolder(model, async ({ model }) => {
      const start = () =>
        startServer(["run", "-A", "routes/start.ts"], {
          HOST: "127.0.0.1",
          PORT: "0",
          MODEL: model,
          STORE: setting,
          FINETUNE_KEY: "train",
          ADMIN_KEY: "admin",
          ALLOWED_HOSTS: name,
        });
      const servers = await Promise.all([start(), start()]);
      try {
        await withNginx(servers.map(({ url }) => url), async (url) => {
          for (const [host, status] of [[name, 200], ["evil.example", 421]]) {
            assertEquals(await statusFor(url, String(host)), status);
          }
          const imported = await fetch(`${url}/import`, {
            method: "POST",
            body: new Uint8Array(11 * 2 ** 20),
            headers: { Authorization: "Bearer admin" },
          });
          assertEquals(imported.status, 422); // it reached a server
          await imported.body?.cancel();
          const version = await correct(url);
          // Whoever took it, the other soon serves it.
          for (const server of servers) await untilServed(server.url, version);
          await servers[0]!.stop();
          for (let i = 0; i < 6; i++) {
            const predicted = await fetch(`${url}/predict`, {
              method: "POST",
              body: IMAGES.png,
            });
            assertEquals(predicted.status, 200);
            await predicted.body?.cancel();
          }
          assertEquals(await correct(url), version + 1);
        });
      } finally {
        for (const server of servers) await server.stop().catch(() => {});
      }
    });
  },
);
