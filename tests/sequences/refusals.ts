/** Requests that must be refused, and change nothing. @module */

import type { Both } from "./asking.ts";
import { refused } from "./checks.ts";
import { IMAGES } from "./images.ts";
import type { Twin } from "./twin.ts";
import type { Call } from "./world.ts";

/** Requests that must be refused, with the status of the answer. */
function refusals({ head }: Twin): [Call, number][] {
  const post = (path: string, body: unknown): Call => ({
    method: "POST",
    path,
    body,
  });
  const [good] = IMAGES;
  const example = { image: good, worn: true };
  const lesson = { examples: [example] };
  const broken = `data:image/png;base64,${
    btoa("\x89PNG\r\n\x1a\n and no more")
  }`;
  const learn = (change: Record<string, unknown>) =>
    post("/finetune", { examples: [{ ...example, ...change }] });
  return [
    [{ ...post("/finetune", lesson), key: null }, 401],
    [{ ...post("/finetune", lesson), key: "wrong" }, 401],
    [{ ...post("/finetune", lesson), key: "look" }, 403],
    [{ ...post("/rollback", { version: 0 }), key: "train" }, 403],
    [{ ...post("/predict", { images: [good] }), key: null }, 401],
    [learn({ thing: "fork" }), 422],
    [learn({ width: "wide" }), 400],
    [learn({ image: broken }), 400],
    [learn({ image: undefined, predictionId: "p-0" }), 422],
    [learn({ things: "mug" }), 400],
    [{ ...post("/finetune", lesson), headers: { "If-Match": "x" } }, 400],
    [post("/finetune", { ...lesson, mode: "steps", steps: 0 }), 400],
    [post("/predict", { images: [broken] }), 400],
    [post(`/predict?version=${head.version + 1}`, { images: [good] }), 404],
    [post("/rollback", { version: head.version + 1 }), 404],
    [post("/import", new Uint8Array(9)), 422],
    [post("/labels", { head: "worn", label: "x", images: [good] }), 422],
    [post("/labels", { head: "who", label: "x", images: [good] }), 404],
    [post("/labels", { head: "thing", label: "x", images: [broken] }), 400],
    [
      { method: "PATCH", path: "/labels/thing/fork", body: { label: "x" } },
      404,
    ],
    [{ method: "DELETE", path: "/labels/thing/fork" }, 404],
    [
      {
        method: "PUT",
        path: "/tags/good",
        body: { version: head.version + 1 },
      },
      404,
    ],
    [{ method: "GET", path: `/versions/${head.version + 1}` }, 404],
    [{ method: "GET", path: `/model?version=${head.version + 1}` }, 404],
  ];
}

/** Sends one of them. */
export async function refuse(
  both: Both,
  app: number,
  at: number,
): Promise<void> {
  const all = refusals(both.twin);
  const [call, status] = all[at % all.length]!;
  await refused(both, app, call, status);
}
