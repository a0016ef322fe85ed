import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Hono } from "hono";
import { fixtureWeights } from "../service/fixture.ts";
import {
  DATA_URL,
  FINETUNE_KEY,
  IMAGES,
  postForm,
  postImage,
  postJson,
  withApp,
} from "./fixture.ts";

const authorization = { Authorization: `Bearer ${FINETUNE_KEY}` };

async function labelsOf(app: Hono, query = ""): Promise<string[]> {
  const response = await postImage(
    app,
    `/predict?topK=9${query}`,
    IMAGES.jpeg,
  );
  const { predictions } = await response.json();
  return predictions[0].thing.top.map(({ label }: { label: string }) => label)
    .sort();
}

Deno.test("a class is added from one image, corrected like any other, and older versions keep their labels", async () => {
  await withApp({}, async (app) => {
    const before = await labelsOf(app);
    const added = await postForm(app, "/labels", [
      ["head", "thing"],
      ["label", "stapler"],
      ["image", IMAGES.jpeg],
    ]);
    assertEquals(added.status, 200);
    const { version, head, label } = await added.json();
    assertEquals([version, head, label], [
      { before: 0, after: 1 },
      "thing",
      "stapler",
    ]);
    assertEquals(await labelsOf(app), [...before, "stapler"].sort());
    assertEquals(await labelsOf(app, "&version=0"), before);

    const taught = await postJson(app, "/finetune", {
      examples: [{ image: DATA_URL, thing: "stapler" }],
    });
    const answer = await taught.json();
    assertEquals([taught.status, answer.accepted], [200, true]);
    assertEquals(answer.examples[0].thing.rank.after, 1);
    const said = await (await postImage(app, "/predict", IMAGES.jpeg)).json();
    assertEquals(said.predictions[0].thing.label, "stapler");
    const [latest] = (await (await app.request("/versions")).json()).versions;
    assertEquals(latest.change, "finetune");
  });
});

Deno.test("classes are added one after the other, however many there are", async () => {
  const weights = await fixtureWeights();
  await withApp({ serviceOptions: { weights } }, async (app) => {
    for (let version = 1; version <= 14; version++) { // 17 labels in the end
      const added = await postForm(app, "/labels", [
        ["head", "thing"],
        ["label", `thing ${version}`],
        ["image", IMAGES.jpeg],
      ]);
      const answer = await added.json();
      assertEquals(answer.version, { before: version - 1, after: version });
    }
  });
});

Deno.test("the history says what a new class did to the guard's images", async () => {
  const weights = await fixtureWeights();
  await withApp({ serviceOptions: { weights } }, async (app) => {
    await postForm(app, "/labels", [
      ["head", "thing"],
      ["label", "stapler"],
      ["image", IMAGES.jpeg],
    ]);
    const { guard } = await (await app.request("/versions/1")).json();
    assert(guard.size > 0);
    assertEquals(Object.keys(guard), ["size", "place", "thing"]);
    assertEquals(guard.place.after, guard.place.before);
    assert(guard.thing.after <= guard.thing.before);
  });
});

Deno.test("a class is renamed, retired and brought back by a rollback", async () => {
  await withApp({}, async (app) => {
    const labels = await labelsOf(app);
    const renamed = await app.request("/labels/thing/pen", {
      method: "PATCH",
      body: JSON.stringify({ label: "pencil" }),
      headers: { ...authorization, "Content-Type": "application/json" },
    });
    assertEquals(renamed.status, 200);
    assertEquals(await labelsOf(app), ["book", "mug", "pencil"]);
    const retired = await app.request("/labels/thing/mug", {
      method: "DELETE",
      headers: authorization,
    });
    assertEquals(retired.status, 200);
    assertEquals(await labelsOf(app), ["book", "pencil"]);
    const refused = await postJson(app, "/finetune", {
      examples: [{ image: DATA_URL, thing: "mug" }],
    });
    assertEquals(refused.status, 422);
    await postJson(app, "/rollback", { version: 0 }, {
      Authorization: "Bearer admin",
    });
    assertEquals(await labelsOf(app), labels);
    await postJson(app, "/rollback", { version: 1 }, {
      Authorization: "Bearer admin",
    });
    assertEquals(await labelsOf(app), ["book", "mug", "pencil"]);
  });
});

Deno.test("the images of a new class are remembered, and no other label of theirs", async () => {
  await withApp({}, async (app, service) => {
    const added = await postForm(app, "/labels", [
      ["head", "thing"],
      ["label", "stapler"],
      ["image", IMAGES.jpeg],
      ["image", IMAGES.gif],
    ]);
    assertEquals(added.status, 200);
    const history = await service.history();
    const { manifest } = (await history.find(1))!;
    assertEquals(manifest.memory!.order, [0, 1]);
    assertEquals(manifest.log!.labels, {
      place: [null, null],
      thing: [3, 3],
    });
  });
});

Deno.test("an export carries new labels to a server that imports it", async () => {
  const admin = { Authorization: "Bearer admin" };
  let file = new Uint8Array();
  await withApp({}, async (app) => {
    await postForm(app, "/labels", [
      ["head", "thing"],
      ["label", "stapler"],
      ["image", IMAGES.jpeg],
    ]);
    const exported = await app.request("/export", { headers: admin });
    file = new Uint8Array(await exported.arrayBuffer());
  });
  await withApp({}, async (app) => {
    const imported = await app.request("/import", {
      method: "POST",
      body: file,
      headers: admin,
    });
    assertEquals(imported.status, 200);
    assertEquals(await labelsOf(app), ["book", "mug", "pen", "stapler"]);
  });
});

Deno.test("labels that cannot be changed so are refused, and nothing changes", async () => {
  await withApp({}, async (app) => {
    const add = (head: string, label: string) =>
      postForm(app, "/labels", [
        ["head", head],
        ["label", label],
        ["image", IMAGES.jpeg],
      ]);
    const refusals: [
      response: Promise<Response>,
      status: number,
      detail: string,
      field?: string,
      known?: string[],
    ][] = [
      [add("thing", "pen"), 422, "one that thing has not had", "label"],
      [
        add("colour", "red"),
        404,
        'expected the head place or thing, got "colour"',
        "head",
        ["place", "thing"],
      ],
      [
        postForm(app, "/labels", [["label", "cup"], ["image", IMAGES.jpeg]]),
        400,
        "Cannot read head: expected a text, got nothing",
        "head",
      ],
      [add("thing", " \t"), 422, "1 to 100 characters"],
      [add("thing", "x".repeat(101)), 422, "got 101"],
      [
        postForm(app, "/labels", [["head", "thing"], ["label", "cup"]]),
        400,
        "expected 1 to",
      ],
      [
        Promise.resolve(app.request("/labels/thing/fork", {
          method: "DELETE",
          headers: authorization,
        })),
        404,
        "Cannot find the label fork: expected one of thing's, book, mug, pen",
        "label",
        ["book", "mug", "pen"],
      ],
      [
        Promise.resolve(app.request("/labels", { method: "POST" })),
        401,
        "no key",
      ],
    ];
    for (const [response, status, detail, field, known] of refusals) {
      const answer = await response;
      assertEquals(answer.status, status);
      const said = await answer.json();
      assertStringIncludes(said.detail, detail);
      if (field !== undefined) assertEquals(said.field, field);
      assertEquals(said.known, known);
    }
    assertEquals((await (await app.request("/healthz")).json()).version, 0);
  });
});
