// A model of four heads of three kinds over HTTP.

import {
  assert,
  assertEquals,
  assertGreater,
  assertMatch,
  assertNotEquals,
} from "@std/assert";
import type { Hono } from "hono";
import { fixtureWeights, FOUR_HEADS, THINGS } from "../service/fixture.ts";
import { judgeOf } from "./contract.ts";
import {
  DATA_URL,
  IMAGES,
  postForm,
  postImage,
  postJson,
  withApp,
} from "./fixture.ts";

const NAMES = FOUR_HEADS.map(({ name }) => name);
const weights = await fixtureWeights({ heads: FOUR_HEADS, guard: false });

const withHeads = (body: (app: Hono) => Promise<void>) =>
  withApp({ serviceOptions: { weights } }, body);

/** What the model says of the image, head by head. */
async function predict(app: Hono) {
  const response = await postImage(app, "/predict", IMAGES.jpeg);
  assertEquals(response.status, 200);
  return (await response.json()).predictions[0];
}

const finetune = (app: Hono, labels: unknown, options = {}) =>
  postJson(app, "/finetune", {
    examples: [{ image: DATA_URL, ...labels as Record<string, unknown> }],
    learningRate: 0.01,
    ...options,
  });

Deno.test("each head answers under its name, as its kind does", async () => {
  await withHeads(async (app) => {
    const prediction = await predict(app);
    assertEquals(Object.keys(prediction), ["id", "known", ...NAMES]);
    const { place, worn, thing, width } = prediction;
    assertEquals([place.top.length, thing.top.length], [2, 3]);
    assert(THINGS.includes(thing.label));
    assertEquals(Object.keys(worn), ["label", "probability"]);
    assert(typeof worn.label === "boolean");
    assert(worn.probability >= 0.5 && worn.probability <= 1);
    assertEquals(Object.keys(width), ["value", "deviation", "unit"]);
    assert(Number.isFinite(width.value));
    assertEquals([width.deviation, width.unit], [5, "cm"]);
  });
});

Deno.test("an image is corrected with one label of four", async () => {
  await withHeads(async (app) => {
    const before = await predict(app);
    const width = before.width.value + 20;
    const response = await finetune(app, { width }, { mode: "steps" });
    assertEquals(response.status, 200);
    assertEquals((await response.json()).version, { before: 0, after: 1 });
    const after = await predict(app);
    assertGreater(after.width.value, before.width.value);
    const { steps } = await (await app.request("/versions/1")).json();
    assertEquals(steps["head.width.weight"], 53);
  });
});

Deno.test("a label too large to learn is refused by an answer as the document says", async () => {
  await withHeads(async (app) => {
    const judge = await judgeOf(app);
    for (const mode of ["correct", "steps"]) {
      for (const width of [1e39, 1e100]) {
        const response = await finetune(app, { width }, { mode });
        await judge("post", "/finetune", response.clone());
        const { accepted, reason, loss } = await response.json();
        assertEquals(accepted, false);
        assertMatch(reason, /led to numbers that are not finite/);
        assertEquals(loss.before === null, width === 1e100);
      }
    }
  });
});

Deno.test("a form says the same as JSON for every kind, empty labels among them", async () => {
  const answers: unknown[] = [];
  await withHeads(async (app) => {
    const response = await postForm(app, "/finetune", [
      ["image", IMAGES.jpeg],
      ["place", "street"],
      ["worn", "yes"],
      ["thing", ""],
      ["width", "12.5"],
      ["image", IMAGES.jpeg],
      ["place", ""],
      ["worn", "false"],
      ["thing", "mug"],
      ["width", ""],
    ]);
    answers.push(await response.json(), await predict(app));
  });
  await withHeads(async (app) => {
    const image = DATA_URL;
    const response = await postJson(app, "/finetune", {
      examples: [
        { image, place: "street", worn: true, width: 12.5 },
        { image, worn: false, thing: "mug", width: null },
      ],
    });
    answers.push(await response.json(), await predict(app));
  });
  assertEquals((answers[0] as { accepted: boolean }).accepted, true);
  assertEquals(answers.slice(2), answers.slice(0, 2));
});

Deno.test("yes and no may be said in several ways, a quantity as a number or a text", async () => {
  const hashes = async (name: string, labels: readonly unknown[]) => {
    const found = new Set<string>();
    for (const label of labels) {
      await withHeads(async (app) => {
        const response = await finetune(app, { [name]: label });
        assertEquals(response.status, 200, `${name}: ${label}`);
        found.add(response.headers.get("ETag")!);
      });
    }
    return [...found];
  };
  const yes = await hashes("worn", [true, 1, "true", "yes", "1", " Yes "]);
  const no = await hashes("worn", [false, 0, "false", "no", "0", "NO"]);
  assertEquals([yes.length, no.length], [1, 1]);
  assertNotEquals(yes, no);
  assertEquals((await hashes("width", [12.5, "12.5", " 1.25e1 "])).length, 1);
});

Deno.test("a label that a head does not know is refused with its path", async () => {
  await withHeads(async (app) => {
    const refuse = async (
      labels: unknown,
      status: number,
      field: string,
      detail: string,
    ) => {
      const response = await finetune(app, labels);
      const problem = await response.json();
      assertEquals([response.status, problem.field, problem.detail], [
        status,
        `examples[0].${field}`,
        `Cannot read examples[0].${field}: expected ${detail}`,
      ]);
      return problem;
    };
    const { known } = await refuse(
      { thing: "fork" },
      422,
      "thing",
      'one of book, mug, pen, got "fork"',
    );
    assertEquals(known, THINGS);
    await refuse(
      { thing: true },
      400,
      "thing",
      "one of book, mug, pen, got true",
    );
    await refuse({ worn: "maybe" }, 422, "worn", 'true or false, got "maybe"');
    for (const worn of [2, -1, 0.5]) {
      const got = JSON.stringify(worn);
      await refuse({ worn }, 400, "worn", `true or false, got ${got}`);
    }
    for (const width of ["wide", true, "12 cm", "NaN", "Infinity"]) {
      const got = JSON.stringify(width);
      await refuse({ width }, 400, "width", `a number in cm, got ${got}`);
    }
    const beyond = await postJson(
      app,
      "/finetune",
      `{"examples":[{"image":"${DATA_URL}","width":1e999}]}`,
    );
    assertEquals([beyond.status, (await beyond.json()).field], [
      400,
      "examples[0].width",
    ]);
    const none = await finetune(app, { place: "", worn: null });
    assertEquals((await none.json()).known, NAMES);
    assertEquals((await (await app.request("/healthz")).json()).version, 0);
  });
});

Deno.test("a field that is neither a head nor an option is refused and named, in JSON and forms", async () => {
  await withHeads(async (app) => {
    const refuse = async (
      answer: Promise<Response>,
      field: string,
      known: readonly string[],
      meant = "",
    ) => {
      const response = await answer;
      const problem = await response.json();
      assertEquals([response.status, problem.field, problem.known], [
        400,
        field,
        known,
      ]);
      assertEquals(
        problem.detail,
        `Cannot read ${field}: expected no fields but ${
          known.join(", ")
        }${meant}`,
      );
    };
    const options = [
      "mode",
      "steps",
      "learningRate",
      "margin",
      "trusted",
      "scope",
      "dryRun",
    ];
    const thing = "pen";
    await refuse(
      finetune(app, { thing, colour: "red" }),
      "examples[0].colour",
      ["image", "predictionId", ...NAMES],
    );
    await refuse(
      finetune(app, { thing, constructor: "x" }),
      "examples[0].constructor",
      ["image", "predictionId", ...NAMES],
    );
    await refuse(
      finetune(app, { thing }, { step: 3 }),
      "step",
      ["examples", ...options],
      '; did you mean "steps"?',
    );
    await refuse(
      postForm(app, "/finetune", [
        ["image", IMAGES.png],
        ["thing", thing],
        ["Width", "3"],
      ]),
      "Width",
      ["image", "predictionId", ...NAMES, ...options],
      '; did you mean "width"?',
    );
  });
});

Deno.test("a form has a label of each head for every image, or none", async () => {
  await withHeads(async (app) => {
    const two = [["image", IMAGES.png], ["image", IMAGES.png]] as const;
    const refuse = async (
      fields: Parameters<typeof postForm>[2],
      path: string,
    ) => {
      const response = await postForm(app, "/finetune", [...two, ...fields]);
      assertEquals([response.status, (await response.json()).field], [
        400,
        path,
      ]);
    };
    await refuse([["thing", "pen"], ["thing", "mug"], ["worn", "yes"]], "worn");
    await refuse(
      [["thing", "pen"], ["thing", IMAGES.png]],
      "examples[1].thing",
    );
    await refuse([["width", "3"], ["width", ""]], "examples[1]");
  });
});

Deno.test("guard and history speak of every head by its name", async () => {
  const guarded = await fixtureWeights({ heads: FOUR_HEADS });
  await withApp({ serviceOptions: { weights: guarded } }, async (app) => {
    const response = await finetune(app, { worn: true }, {
      mode: "steps",
      learningRate: 1e-6,
      steps: 1,
    });
    const { guard } = await response.json();
    assertEquals(Object.keys(guard), ["size", ...NAMES]);
    const [version] = (await (await app.request("/versions")).json()).versions;
    assertEquals([version.version, version.guard], [1, guard]);
  });
});
