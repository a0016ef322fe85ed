// The Open Inference Protocol says what /predict says. No client that speaks it over
// HTTP is to be had from npm or Debian (npm's speak gRPC, the others are Python's): the
// bodies are held against the published schema.

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import type { Hono } from "hono";
import fc from "fast-check";
import { encodePng, type PlainImage } from "../image/fixtures.ts";
import { fixtureWeights, FOUR_HEADS, THINGS } from "../service/fixture.ts";
import { checkBody } from "./inference_contract.ts";
import type { Service } from "../../src/service/service.ts";
import {
  DATA_URL,
  FINETUNE_KEY,
  IMAGES,
  postImage,
  postJson,
  withApp,
} from "./fixture.ts";

const weights = await fixtureWeights({ heads: FOUR_HEADS, guard: false });
const withHeads = (body: (app: Hono) => Promise<void>) =>
  withApp({ serviceOptions: { weights } }, body);

const infer = (app: Hono, body: unknown) =>
  postJson(app, "/v2/models/tandem/infer", body);
const bytes = (...data: string[]) => ({
  name: "image",
  datatype: "BYTES",
  shape: [data.length],
  data,
});

/** A tensor of an answer. */
interface Tensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
}

async function outputsOf(response: Response): Promise<Map<string, Tensor>> {
  assertEquals(response.status, 200, await response.clone().text());
  const { outputs } = await response.json();
  return new Map(outputs.map((output: Tensor) => [output.name, output]));
}

Deno.test("each head is an output of probabilities in the order of its labels, or of a value", async () => {
  await withHeads(async (app) => {
    const { predictions } = await (await postJson(app, "/predict", {
      images: [DATA_URL, `data:;base64,${IMAGES.png.toBase64()}`],
    })).json();
    const outputs = await outputsOf(
      await infer(app, {
        id: "a request",
        inputs: [bytes(DATA_URL, IMAGES.png.toBase64())],
      }),
    );
    assertEquals([...outputs.keys()], FOUR_HEADS.map(({ name }) => name));
    const { datatype, shape, data } = outputs.get("thing")!;
    assertEquals([datatype, shape], ["FP32", [2, THINGS.length]]);
    for (const [n, { thing, worn, width }] of predictions.entries()) {
      for (const { label, probability } of thing.top) {
        assertEquals(
          data[n * THINGS.length + THINGS.indexOf(label)],
          probability,
        );
      }
      const yes = outputs.get("worn")!.data[n] as number;
      assertAlmostEquals(
        yes,
        worn.label ? worn.probability : 1 - worn.probability,
        1e-6,
      );
      assertEquals(outputs.get("width")!.data[n], width.value);
    }
  });
});

Deno.test("outputs are picked by name, and classification gives texts, likeliest first", async () => {
  await withHeads(async (app) => {
    const { predictions: [{ thing }] } =
      await (await postImage(app, "/predict", IMAGES.jpeg)).json();
    const outputs = await outputsOf(
      await infer(app, {
        inputs: [bytes(DATA_URL)],
        outputs: [{
          name: "thing",
          parameters: { classification: 2, binary_data: false },
        }],
      }),
    );
    assertEquals([...outputs], [["thing", {
      name: "thing",
      datatype: "BYTES",
      shape: [1, 2],
      data: thing.top.slice(0, 2).map((
        { label, probability }: { label: string; probability: number },
      ) => `${probability}:${THINGS.indexOf(label)}:${label}`),
    }]]);
  });
});

Deno.test("pixels say what a PNG of them says, flat or nested", async () => {
  await withHeads(async (app) => {
    const picture = fc.record({
      width: fc.integer({ min: 1, max: 24 }),
      height: fc.integer({ min: 1, max: 24 }),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(picture, async ({ width, height, seed }) => {
        const rgb = Array.from(
          { length: width * height * 3 },
          (_, i) => (seed + i * 37 + (i >> 3) * 11) % 256,
        );
        const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
        rgb.forEach((value, i) => rgba[4 * Math.floor(i / 3) + i % 3] = value);
        const png: PlainImage = { width, height, data: rgba };
        const tensor = {
          name: "image",
          datatype: "UINT8",
          shape: [1, height, width, 3],
        };
        const nested = [
          Array.from(
            { length: height },
            (_, y) =>
              Array.from(
                { length: width },
                (_, x) =>
                  rgb.slice(3 * (y * width + x), 3 * (y * width + x) + 3),
              ),
          ),
        ];
        const answers: unknown[] = [];
        for (
          const input of [
            bytes(new Uint8Array(encodePng(png)).toBase64()),
            { ...tensor, data: rgb },
            { ...tensor, data: nested },
          ]
        ) {
          answers.push([
            ...await outputsOf(await infer(app, { inputs: [input] })),
          ]);
        }
        assertEquals(answers[1], answers[0]);
        assertEquals(answers[2], answers[0]);
      }),
      { numRuns: 15 },
    );
  });
});

const change = (app: Hono, method: string, path: string, body?: object) =>
  app.request(path, {
    method,
    headers: {
      Authorization: `Bearer ${FINETUNE_KEY}`,
      "Content-Type": "application/json",
    },
    body: body === undefined ? null : JSON.stringify(body),
  });

Deno.test("a retired class is no likeliest class, and has no place in the shape", async () => {
  await withHeads(async (app) => {
    await change(app, "DELETE", "/labels/thing/mug");
    const ask = async (classification?: number) => {
      const parameters = classification && { parameters: { classification } };
      const outputs = [{ name: "thing", ...parameters }];
      const inputs = [bytes(DATA_URL, DATA_URL)];
      return (await outputsOf(await infer(app, { inputs, outputs }))).get(
        "thing",
      )!;
    };
    for (const asked of [1, 2, 3, 9]) {
      const { shape, data } = await ask(asked);
      assertEquals(shape, [2, Math.min(asked, THINGS.length - 1)]);
      assertEquals(data.length, shape[0]! * shape[1]!);
    }
    const { shape, data } = await ask();
    assertEquals(shape, [2, THINGS.length]);
    assertEquals(data[THINGS.indexOf("mug")], 0);
  });
});

Deno.test("the version in the path answers with its own labels, though another comes meanwhile", async () => {
  for (const step of ["describe", "predict"] as const) {
    for (const version of ["/versions/0", ""]) {
      await withApp({ serviceOptions: { weights } }, async (app, service) => {
        const ask = () =>
          postJson(app, `/v2/models/tandem${version}/infer`, {
            inputs: [bytes(DATA_URL)],
            outputs: [{ name: "thing", parameters: { classification: 9 } }],
          });
        const before = await (await ask()).json();
        const rename = () =>
          change(app, "PATCH", "/labels/thing/mug", { label: "cup" });
        after(service, step, rename);
        const answer = await (await ask()).json();
        assertEquals((await service.identity()).version, 1);
        if (version === "" && step === "describe") {
          assertEquals(answer.model_version, "1");
          assertStringIncludes(JSON.stringify(answer), ":1:cup");
        } else assertEquals(answer, before);
      });
    }
  }
});

/** Lets other work be done before a call of the service returns. */
function after(
  service: Service,
  name: "describe" | "predict",
  work: () => unknown,
): void {
  const call = service[name].bind(service) as (
    ...args: unknown[]
  ) => Promise<unknown>;
  const extended = async (...args: unknown[]) => {
    const result = await call(...args);
    await work();
    return result;
  };
  Object.assign(service, { [name]: extended });
}

Deno.test("what is wrong is told with its path, and as the protocol's clients look for it", async () => {
  await withApp({ limits: { images: 2 } }, async (app) => {
    const refuse = async (body: unknown, status: number, field: string) => {
      const response = await infer(app, body);
      const problem = await response.json();
      assertEquals(
        [response.status, problem.field],
        [status, field],
        problem.detail,
      );
      assertEquals(problem.error, problem.detail);
    };
    const one = (changes: object) => ({
      inputs: [{ ...bytes(DATA_URL), ...changes }],
    });
    await refuse({}, 400, "inputs");
    await refuse(one({ datatype: "FP32" }), 422, "inputs[0].datatype");
    await refuse(one({ shape: [2] }), 400, "inputs[0].shape");
    await refuse(
      one({ shape: [3], data: ["", "", ""] }),
      413,
      "inputs[0].shape",
    );
    await refuse(one({ data: [1] }), 400, "inputs[0].data[0]");
    await refuse(one({ data: ["@"] }), 400, "inputs[0].data[0]");
    await refuse(one({ data: ["aGVsbG8="] }), 415, "inputs[0].data[0]");
    const pixels = { datatype: "UINT8", shape: [1, 1, 1, 3], data: [1, 2, 3] };
    await refuse(one({ ...pixels, data: [1, 2, 256] }), 400, "inputs[0].data");
    await refuse(one({ ...pixels, data: [1, 2] }), 400, "inputs[0].shape");
    await refuse(one({ ...pixels, shape: [1, 3] }), 400, "inputs[0].shape");
    await refuse(
      one({ ...pixels, shape: [0, 1, 1, 3], data: [] }),
      400,
      "inputs[0].shape",
    );
    await refuse(
      { ...one({}), outputs: [{ name: "colour" }] },
      422,
      "outputs[0].name",
    );
    await refuse({ ...one({}), output: [] }, 400, "output");
    await refuse(
      {
        ...one({}),
        outputs: [{ name: "thing", parameters: { classificaton: 1 } }],
      },
      400,
      "outputs[0].parameters.classificaton",
    );
    const other = await app.request("/v2/models/other");
    assertStringIncludes((await other.json()).error, "expected tandem");
    const missing = await app.request("/v2/models/tandem/versions/7/ready");
    assertEquals(missing.status, 404);
    const wide = await infer(
      app,
      one({
        datatype: "UINT8",
        shape: [1, 100, 51, 3],
        data: Array(15300).fill(0),
      }),
    );
    assertEquals(wide.status, 413);
  });
});

Deno.test("health and metadata tell of the one model", async () => {
  await withHeads(async (app) => {
    const get = async (path: string) =>
      await (await app.request(`/v2${path}`)).json();
    assertEquals(await get(""), {
      name: "tandem",
      version: "1",
      extensions: ["classification"],
    });
    assertEquals(await get("/health/live"), { live: true });
    assertEquals(await get("/health/ready"), { ready: true });
    assertEquals(await get("/models/tandem/ready"), {
      name: "tandem",
      ready: true,
    });
    const { name, versions, inputs, outputs } = await get(
      "/models/tandem/versions/0",
    );
    assertEquals([name, versions, inputs.length], ["tandem", ["0"], 1]);
    assertEquals(outputs.map(({ shape }: Tensor) => shape), [[-1, 2], [-1, 1], [
      -1,
      3,
    ], [-1, 1]]);
    assert((await app.request("/v2/nothing")).status === 404);
  });
});

Deno.test("requests and answers are those of the published schema", async () => {
  await withHeads(async (app) => {
    const get = async (path: string) => {
      const response = await app.request(path);
      assertEquals(response.status, 200, path);
      return await response.json();
    };
    checkBody("server", await get("/v2"));
    assertEquals(await get("/v2/"), await get("/v2")); // as the schema spells it
    for (const path of ["/v2/models/tandem", "/v2/models/tandem/versions/0"]) {
      checkBody("model", await get(path));
      await get(`${path}/ready`);
      for (const parameters of [{}, { classification: 2 }]) {
        const request = {
          id: "42",
          inputs: [{ ...bytes(DATA_URL), parameters: {} }],
          outputs: FOUR_HEADS.map(({ name }) => ({ name, parameters })),
        };
        checkBody("request", request);
        const answer = await postJson(app, `${path}/infer`, request);
        assertEquals(answer.status, 200);
        checkBody("response", await answer.json());
      }
    }
    for (const body of [{}, { inputs: [] }, { inputs: [{ name: "image" }] }]) {
      const refused = await infer(app, body);
      assertEquals(refused.status, 400);
      checkBody("error", await refused.json());
    }
    checkBody("error", await (await app.request("/v2/models/other")).json());
  });
});

Deno.test("bodies that are not the protocol's are told", () => {
  const tensor = { name: "a", datatype: "FP32", shape: [1], data: [[1, "b"]] };
  checkBody("response", { model_name: "m", outputs: [tensor] });
  const wrong = [
    { outputs: [tensor] },
    { model_name: "m", outputs: [{ ...tensor, shape: [1.5] }] },
    { model_name: "m", outputs: [{ ...tensor, data: [{}] }] },
  ];
  for (const body of wrong) {
    assertThrows(() => checkBody("response", body), TypeError);
  }
});
