// The page at /: who gets it, what it may do, and its files.

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import {
  PAGE_FILES,
  PAGE_KERNELS,
  PAGE_SKETCHES,
} from "../../routes/schemas/server.ts";
import { imageTypeOf } from "../../src/image/type.ts";
import { withApp } from "./fixture.ts";

const BROWSER =
  "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8";
const FOLDER = new URL("../../routes/page/", import.meta.url);

/** The one script that is a package's. */
const LIBRARY = "client-zip.js";

/** The build of the kernels that most machines take. */
const KERNELS = `../../src/kernels/${PAGE_KERNELS[0]}`;

const placeOf = (name: string) =>
  name === LIBRARY
    ? new URL(import.meta.resolve("client-zip"))
    : new URL(name, FOLDER);

const accepting = (Accept: string) => ({ headers: { Accept } });

Deno.test("browsers get the page, all others JSON", async () => {
  await withApp({}, async (app) => {
    const page = await app.request("/", accepting(BROWSER));
    assertEquals(page.status, 200);
    assertMatch(page.headers.get("Content-Type")!, /^text\/html/);
    assertMatch(await page.text(), /^<!doctype html>/);
    for (
      const headers of [
        {},
        { Accept: "*/*" },
        { Accept: "application/json" },
        { Accept: "application/json, text/html;q=0.5" },
      ]
    ) {
      const index = await app.request("/", { headers });
      assertEquals(index.headers.get("Vary"), "Accept");
      assertEquals((await index.json()).name, "Tandem");
    }
    assertEquals(page.headers.get("Vary"), "Accept");
  });
});

Deno.test("the index lists every route, but for the files of pages and those under /v2/", async () => {
  await withApp({}, async (app) => {
    const { routes } = await (await app.request("/")).json();
    const { paths } = await (await app.request("/openapi.json")).json();
    const documented = Object.entries<Record<string, unknown>>(paths)
      .filter(([path]) => !/^\/$|\{file\}$|^\/v2\//.test(path))
      .flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)
      );
    assertEquals(Object.keys(routes).sort(), documented.sort());
  });
});

Deno.test("the page may run and load only what this server serves", async () => {
  await withApp({}, async (app) => {
    const page = await app.request("/", accepting(BROWSER));
    const policy = page.headers.get("Content-Security-Policy")!;
    assert(policy.startsWith("default-src 'none'; "));
    assertEquals(/unsafe|\*|https?:/.test(policy), false, policy);
    const text = await page.text();
    assertEquals(
      /<script(?![^>]* src=)|<style|\sstyle=|\son\w+=/.test(text),
      false,
    );
    const named = [...text.matchAll(/(?:src|href)="([^"]+)"/g)]
      .map(([, path]) => path!);
    assert(named.length > 5);
    for (const path of named) {
      assertEquals((await app.request(`/${path}`)).status, 200, path);
    }
  });
});

Deno.test("every file of the page is served, and asked about again", async () => {
  await withApp({}, async (app) => {
    const there = [...Deno.readDirSync(FOLDER)].map(({ name }) => name);
    assertEquals(
      [...PAGE_FILES, "index.html"].sort(),
      [...there, LIBRARY].sort(),
    );
    for (const name of PAGE_FILES) {
      const path = `/page/${name}`;
      const response = await app.request(path);
      assertEquals(await response.text(), Deno.readTextFileSync(placeOf(name)));
      const { headers } = response;
      const type = name.endsWith(".css") ? "text/css" : "text/javascript";
      assertEquals(headers.get("Content-Type"), `${type}; charset=utf-8`);
      assertEquals(headers.get("Cache-Control"), "no-cache");
      assertEquals(headers.get("X-Content-Type-Options"), "nosniff");
      const again = await app.request(path, {
        headers: { "If-None-Match": headers.get("ETag")! },
      });
      assertEquals([again.status, await again.text()], [304, ""]);
    }
  });
});

Deno.test("the kernels are those of the server, and only the worker may compile them", async () => {
  await withApp({}, async (app) => {
    for (const name of PAGE_KERNELS) {
      const response = await app.request(`/page/${name}`);
      assertEquals(response.headers.get("Content-Type"), "application/wasm");
      assertEquals(
        await response.bytes(),
        Deno.readFileSync(new URL(`../../src/kernels/${name}`, FOLDER)),
      );
    }
    const policies = await Promise.all(
      ["/page/core.js", "/page/page.js"].map(async (path) => {
        const response = await app.request(path);
        await response.body?.cancel();
        return response.headers.get("Content-Security-Policy");
      }),
    );
    assertEquals(policies, [
      "default-src 'none'; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
      null,
    ]);
  });
});

Deno.test("scripts import only files of the page", () => {
  for (const name of PAGE_FILES.filter((name) => name.endsWith(".js"))) {
    const text = Deno.readTextFileSync(placeOf(name));
    for (const [, from] of text.matchAll(/^(?:import|\}) .*from "(.+)"/gm)) {
      assert((PAGE_FILES as readonly string[]).includes(from!.slice(2)), from);
    }
    assertEquals(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write/.test(text),
      false,
    );
  }
});

Deno.test("the page preloads all that its script imports, and nothing else", async () => {
  const imported = new Set(["page.js"]);
  for (const name of imported) {
    const text = Deno.readTextFileSync(placeOf(name));
    for (const [, from] of text.matchAll(/^(?:import|\}) .*from "(.+)"/gm)) {
      imported.add(from!.slice(2));
    }
  }
  await withApp({}, async (app) => {
    const { headers } = await app.request("/", {
      headers: { Accept: "text/html" },
    });
    assertEquals(
      headers.get("Link"),
      [...imported].sort().map((name) => `<page/${name}>; rel=modulepreload`)
        .join(", "),
    );
  });
});

Deno.test("the samples are JPEGs that the server itself can read", async () => {
  await withApp({ limits: { pixels: 20_000 } }, async (app) => {
    for (const name of PAGE_SKETCHES) {
      const response = await app.request(`/page/${name}`);
      assertEquals(response.headers.get("Content-Type"), "image/jpeg");
      const image = await response.bytes();
      assertEquals(imageTypeOf(image), "jpeg");
      const answer = await app.request("/predict", {
        method: "POST",
        body: image,
        headers: { "Content-Type": "image/jpeg" },
      });
      assertEquals(answer.status, 200, name);
    }
  });
});

Deno.test("page, files and kernels take less than 100 KB when compressed", async () => {
  const sizes = await Promise.all(
    [...PAGE_FILES, "index.html", KERNELS].map(async (name) => {
      const file = await Deno.open(placeOf(name));
      const packed = file.readable.pipeThrough(new CompressionStream("gzip"));
      return (await new Response(packed).arrayBuffer()).byteLength;
    }),
  );
  assert(sizes.reduce((sum, size) => sum + size) < 100_000);
});

Deno.test("no other file is served, and no other method", async () => {
  await withApp({}, async (app) => {
    for (const name of ["index.html", "page.ts", "..%2fpage.ts", "toString"]) {
      const response = await app.request(`/page/${name}`);
      assertEquals(response.status, 404, name);
      assertStringIncludes((await response.json()).detail, "no such file");
    }
    const posted = await app.request("/page/page.js", { method: "POST" });
    assertEquals([posted.status, posted.headers.get("Allow")], [405, "GET"]);
    assertEquals((await app.request("/?a=1", accepting(BROWSER))).status, 400);
  });
});
