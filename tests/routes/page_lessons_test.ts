// How the page teaches many images, against a server that is made up.

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Lesson } from "../../routes/page/calls.js";
import { cut, teachAll } from "../../routes/page/lessons.js";
import { tableOf } from "../../routes/page/archive.js";
import { Trouble } from "../../routes/page/server.js";

/** A request as the server sees it. */
interface Sent {
  readonly match: string | null;
  readonly kind: "names" | "images";
  readonly examples: number;
}

/** Teaches so many images; what was sent, and how many were taught in each request. */
async function teachMany(
  count: number,
  { mostImages = 64, known = true, fails = Infinity, weak = false }: {
    /** Images that fit a body. */
    mostImages?: number;
    /** Whether the server still knows the predictions. */
    known?: boolean;
    /** The request that the model is changed before, from 0. */
    fails?: number;
    /** Whether a proxy between them compresses answers. */
    weak?: boolean;
  },
): Promise<{ sent: Sent[]; taught: number[] }> {
  const sent: Sent[] = [];
  const taught: number[] = [];
  const { fetch } = globalThis;
  globalThis.fetch = async (_, init) => {
    const request = await sentBy(init!);
    const problem = request.kind === "names" && !known
      ? [422, "examples[0].predictionId"] as const
      : request.kind === "images" && request.examples > mostImages
      ? [413, ""] as const
      : sent.length === fails
      ? [412, ""] as const
      : undefined;
    sent.push(request);
    if (problem !== undefined) {
      const [status, field] = problem;
      return Response.json({ detail: "no", field, status }, { status });
    }
    return Response.json({ accepted: true }, {
      headers: { ETag: `${weak ? "W/" : ""}"${sent.length}"` },
    });
  };
  try {
    const lessons = Array.from({ length: count }, (_, i): Lesson => ({
      id: `p-${i}`,
      image: new Blob([`image ${i}`]),
      labels: i % 2 === 0 ? { thing: "mug" } : { width: i },
    }));
    await teachAll(lessons, '"first"', (some) => taught.push(some.length));
  } finally {
    globalThis.fetch = fetch;
  }
  return { sent, taught };
}

async function sentBy({ body, headers }: RequestInit): Promise<Sent> {
  const match = new Headers(headers).get("If-Match");
  if (typeof body === "string") {
    return {
      match,
      kind: "names",
      examples: JSON.parse(body).examples.length,
    };
  }
  const form = body as FormData;
  const images = form.getAll("image");
  for (const [i, image] of images.entries()) {
    assert(image instanceof File);
    const number = Number((await image.text()).slice("image ".length));
    assertEquals(
      [form.getAll("thing")[i] ?? "", form.getAll("width")[i] ?? ""],
      number % 2 === 0 ? ["mug", ""] : ["", String(number)],
    );
  }
  return { match, kind: "images", examples: images.length };
}

Deno.test("labels are taught in requests, each on the model that the last one left", async () => {
  const { sent, taught } = await teachMany(70, {});
  assertEquals(taught, [32, 32, 6]);
  assertEquals(sent, [
    { match: '"first"', kind: "names", examples: 32 },
    { match: '"1"', kind: "names", examples: 32 },
    { match: '"2"', kind: "names", examples: 6 },
  ]);
});

Deno.test("they are taught through a proxy that compresses and weakens entity tags", async () => {
  const { sent } = await teachMany(40, { weak: true });
  assertEquals(sent.map(({ match }) => match), ['"first"', '"1"']);
});

Deno.test("images are sent where predictions are not known, in bodies that fit", async () => {
  const { sent, taught } = await teachMany(5, { known: false, mostImages: 2 });
  assertEquals(taught, [2, 1, 2]);
  const images = sent.filter(({ kind }) => kind === "images");
  assertEquals(images.map(({ examples }) => examples), [5, 3, 2, 1, 2]);
});

Deno.test("what is too large by itself, or comes too late, is not taught", async () => {
  const large = await assertRejects(
    () => teachMany(2, { known: false, mostImages: 0 }),
    Trouble,
  );
  assertEquals(large.kind, "large");
  const late = await assertRejects(() => teachMany(40, { fails: 1 }), Trouble);
  assertEquals(late.kind, "raced");
});

Deno.test("a list is cut into parts", () => {
  assertEquals(cut([1, 2, 3, 4, 5], 2), [[1, 2], [3, 4], [5]]);
  assertEquals(cut([], 2), []);
});

Deno.test("a table quotes what CSV would read otherwise", () => {
  const image = new Blob();
  assertEquals(
    tableOf([
      { file: "images/1.jpg", image, labels: { thing: 'a "wet", sponge' } },
      { file: "images/2.jpg", image, labels: { width: 1.5, worn: false } },
    ]),
    'file,thing,width,worn\nimages/1.jpg,"a ""wet"", sponge",,\n' +
      "images/2.jpg,,1.5,false\n",
  );
});
