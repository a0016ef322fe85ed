/** The Open Inference Protocol: it says what /predict says. @module */

import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { type Both, predictPinned, visit } from "./asking.ts";
import { IMAGES } from "./images.ts";
import type { TwinVersion } from "./twin.ts";
import type { Call, Reply } from "./world.ts";

/** The answer of a head of /predict. */
interface Answer {
  readonly label: string | boolean;
  readonly probability: number;
  readonly top?: readonly { label: string; probability: number }[];
  readonly value?: number;
}

/** An output tensor. */
interface Output {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data: readonly unknown[];
}

/** A request for all outputs about all images; of a head of classes, for the likeliest. */
export function inferring(version?: number): Call {
  const pinned = version === undefined ? "" : `/versions/${version}`;
  const classification = (k: number) => ({
    name: "thing",
    parameters: { classification: k },
  });
  const all = ["place", "worn", "thing", "width"].map((name) => ({ name }));
  return {
    method: "POST",
    path: `/v2/models/tandem${pinned}/infer`,
    key: "look",
    body: {
      inputs: [{
        name: "image",
        datatype: "BYTES",
        shape: [IMAGES.length],
        data: IMAGES,
      }],
      outputs: [...all, classification(2), classification(99)],
    },
  };
}

/** Asks an app for the version that it serves, or for one that it may not serve. */
export async function infer(
  both: Both,
  app: number,
  version?: TwinVersion,
): Promise<void> {
  const reply = await visit(both, app, inferring(version?.version));
  await checkInference(both, app, reply, version);
}

/** Checks an answer; afterwards its version must be served. */
export async function checkInference(
  both: Both,
  app: number,
  reply: Reply,
  asked?: TwinVersion,
): Promise<void> {
  const { twin } = both;
  const answer = JSON.parse(reply.text);
  const served = Number(
    reply.status === 404 ? answer.known[0] : answer.model_version,
  );
  assertGreaterOrEqual(served, twin.apps[app]!.seen);
  assert(served < twin.versions.length);
  twin.apps[app]!.seen = served;
  if (asked !== undefined) {
    assertEquals(reply.status, served === asked.version ? 200 : 404);
  }
  if (reply.status === 404) return;
  assertEquals(reply.status, 200, reply.text);
  const version = twin.versions[served]!;
  await predictPinned(both, app, version);
  const { predictions } = twin.said(version);
  if (predictions === undefined) return; // it was removed before anybody asked it
  checkOutputs(answer.outputs, version, JSON.parse(predictions));
}

/** Compares outputs with what /predict says of the same images. */
function checkOutputs(
  outputs: readonly Output[],
  { labels }: TwinVersion,
  predictions: readonly Record<string, Answer>[],
): void {
  const expected = (
    name: string,
    width: number,
    values: (answer: Answer) => unknown[],
    datatype = "FP32",
  ) => ({
    name,
    datatype,
    shape: [predictions.length, width],
    data: predictions.flatMap((prediction) => values(prediction[name]!)),
  });
  const classes = (name: string) => {
    const names = labels[name]!.labels;
    return expected(
      name,
      names.length,
      ({ top }) =>
        names.map((each) =>
          top!.find(({ label }) => label === each)?.probability ?? 0
        ),
    );
  };
  const { labels: things, retired } = labels.thing!;
  const likeliest = (k: number) => {
    const width = Math.min(k, things.length - retired.length);
    const texts = ({ top }: Answer) =>
      top!.slice(0, k).map(({ label, probability }) =>
        `${probability}:${things.indexOf(label)}:${label}`
      );
    return expected("thing", width, texts, "BYTES");
  };
  const yes = ({ label, probability }: Answer) =>
    label === true ? probability : 1 - probability;
  assertEquals(outputs, [
    classes("place"),
    expected("worn", 1, (answer) => [yes(answer)]),
    classes("thing"),
    expected("width", 1, ({ value }) => [value]),
    likeliest(2),
    likeliest(99),
  ]);
}
