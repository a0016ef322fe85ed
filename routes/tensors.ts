/** Tensors of the Open Inference Protocol: images that come in, answers that go out. @module */

import type { HeadAnswer, HeadSpec } from "../src/heads/kinds.ts";
import type { Prediction } from "../src/service/answers.ts";
import type { Service } from "../src/service/service.ts";
import { type Field, readBase64, shown } from "./body.ts";
import { problem } from "./problem.ts";
import type { Input, Output } from "./schemas/inference.ts";

const CHANNELS = 3;
const PATH = "inputs[0]";

/** Pixels of one image, [height, width, 3] flat. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** The images of an input of BYTES: base64, or `data:` URLs. */
export function encodedImages(input: Input, most: number): Field<Uint8Array>[] {
  const { shape, data } = input;
  const values = flat(data, 1);
  const count = shape.length === 1 || (shape.length === 2 && shape[1] === 1)
    ? shape[0]!
    : NaN;
  if (count !== values.length) throw wrongShape("[N]", values.length, input);
  checkImages(count, most);
  return values.map((value, i) => {
    const path = `${PATH}.data[${i}]`;
    if (typeof value !== "string") throw wrongValue(path, "base64", value);
    return {
      path,
      value: readBase64(value.replace(/^data:[^,]*;base64,/i, ""), path),
    };
  });
}

/** The images of an input of UINT8, [N, height, width, 3]. */
export function pixelImages(
  input: Input,
  { images, pixels }: { readonly images: number; readonly pixels: number },
): RgbImage[] {
  const [count = 0, height = 0, width = 0, channels] = input.shape;
  const size = height * width * CHANNELS;
  const values = flat(input.data, 3);
  const fits = input.shape.length === 4 && channels === CHANNELS && size > 0 &&
    values.length === count * size;
  if (!fits) throw wrongShape("[N, height, width, 3]", values.length, input);
  checkImages(count, images);
  if (height * width > pixels) {
    throw problem(
      413,
      `Cannot read ${PATH}.shape: expected at most ${pixels} pixels (MAX_PIXELS), got ${width}×${height}`,
      { field: `${PATH}.shape` },
    );
  }
  const bytes = bytesOf(values);
  return Array.from({ length: count }, (_, i) => ({
    width,
    height,
    data: bytes.subarray(i * size, (i + 1) * size),
  }));
}

/** The output tensor of a head: its probabilities or values, or the likeliest classes as strings. */
export function outputOf(
  head: HeadSpec,
  predictions: readonly Prediction[],
  classification: number | undefined,
): Output {
  const answers = predictions.map(({ answers }) => answers[head.name]!);
  if (classification !== undefined && head.kind === "classes") {
    const { labels, retired = [] } = head;
    const width = Math.min(classification, labels.length - retired.length);
    return {
      name: head.name,
      datatype: "BYTES",
      shape: [answers.length, width],
      data: answers.flatMap((answer) => classTexts(labels, answer, width)),
    };
  }
  const width = head.kind === "classes" ? head.labels.length : 1;
  return {
    name: head.name,
    datatype: "FP32",
    shape: [answers.length, width],
    data: answers.flatMap((answer) => valuesOf(head, answer)),
  };
}

/** A class as the protocol's classification extension writes it: `probability:index:label`. */
function classTexts(
  labels: readonly string[],
  answer: HeadAnswer,
  width: number,
): string[] {
  if (!("top" in answer)) return [];
  return answer.top.slice(0, width).map(({ label, probability }) =>
    `${probability}:${labels.indexOf(label)}:${label}`
  );
}

function valuesOf(head: HeadSpec, answer: HeadAnswer): number[] {
  if ("value" in answer) return [answer.value];
  if (head.kind === "classes" && "top" in answer) {
    const found = new Map(
      answer.top.map(({ label, probability }) => [label, probability]),
    );
    return head.labels.map((label) => found.get(label) ?? 0);
  }
  const { label, probability } = answer;
  return [label === true ? probability : 1 - probability];
}

/** Descriptors of an input's images. */
export function describePixels(
  service: Service,
  images: readonly RgbImage[],
): Uint8Array[] {
  return images.map(({ width, height, data }) =>
    service.describePixels(width, height, data)
  );
}

/** Nested arrays as one flat array, up to `depth` levels. */
function flat(data: readonly unknown[], depth: number): unknown[] {
  return data.some(Array.isArray) ? data.flat(depth) : [...data];
}

function bytesOf(values: readonly unknown[]): Uint8Array {
  const bytes = new Uint8Array(values.length);
  values.forEach((value, i) => {
    const fits = typeof value === "number" && Number.isInteger(value) &&
      value >= 0 && value <= 255;
    if (!fits) {
      throw wrongValue(`${PATH}.data`, "whole numbers from 0 to 255", value);
    }
    bytes[i] = value;
  });
  return bytes;
}

function checkImages(count: number, most: number): void {
  if (count >= 1 && count <= most) return;
  throw problem(
    count < 1 ? 400 : 413,
    `Cannot read ${PATH}.shape: expected 1 to ${most} images (MAX_IMAGES), got ${count}`,
    { field: `${PATH}.shape` },
  );
}

function wrongShape(expected: string, values: number, { shape }: Input) {
  return problem(
    400,
    `Cannot read ${PATH}.shape: expected ${expected} and as many values in data, ` +
      `got [${shape.slice(0, 8).join(", ")}] and ${values} values`,
    { field: `${PATH}.shape` },
  );
}

function wrongValue(path: string, expected: string, value: unknown) {
  return problem(
    400,
    `Cannot read ${path}: expected ${expected}, got ${shown(value)}`,
    { field: path },
  );
}
