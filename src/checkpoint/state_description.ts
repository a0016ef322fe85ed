/** The description in a model file's metadata, checked against its tensors. @module */

import { CheckpointError } from "../errors.ts";
import type { Preprocessing } from "../image/descriptor.ts";
import { headsFault, type HeadSpec, kindOf } from "../heads/kinds.ts";
import { BYTE_WEIGHT } from "../model/quantize.ts";
import type { Calibration, ModelDescription } from "../model/state.ts";
import { checkSizes, type Sizes, tensorSpecs } from "../model/sizes.ts";
import type { DType, SafetensorsHeader } from "./safetensors.ts";
import type { SafetensorsReader } from "./safetensors_reader.ts";

/** Marks our files, and the version of what state.ts writes into them. */
export const FORMAT = "tandem-2";

/** Prefix of the best weights so far, in the checkpoint of a run that is not finished. */
export const BEST = "best.";

/** The name of the scales of a weight in bytes. */
export function scaleOf(weight: string): string {
  return `${weight}.scale`;
}

/** The name of a head's labels of kept examples. */
export function labelsName(
  part: "replay" | "guard",
  { name }: Pick<HeadSpec, "name">,
): string {
  return `${part}.labels.${name}`;
}

/**
 * Reads the description of a model, and checks that the file has the tensors it needs.
 *
 * @throws {CheckpointError} If metadata or tensors are missing or do not fit each other.
 */
export function readDescription(
  { header }: SafetensorsReader,
): ModelDescription {
  const { metadata } = header;
  if (metadata.format !== FORMAT) {
    throw new CheckpointError(
      `Cannot read the model: expected metadata format "${FORMAT}", got ${
        JSON.stringify(metadata.format)
      }`,
    );
  }
  const description: ModelDescription = {
    sizes: sizesOf(parsed(metadata, "sizes"), parsed(metadata, "heads")),
    preprocessing: parsedObject<Preprocessing>(metadata, "preprocessing"),
    calibration: parsed<Calibration>(metadata, "calibration"),
    optimizer: parsed<{ name: string; options: Record<string, number> }>(
      metadata,
      "optimizer",
    ),
    training: parsedObject<Record<string, unknown>>(metadata, "training"),
  };
  checkDescription(description);
  for (const { name, shape } of tensorSpecs(description.sizes)) {
    if (isInBytes(header, name)) {
      checkTensor(header, name, shape, "I8");
      checkTensor(header, scaleOf(name), [shape[0]]);
    } else checkTensor(header, name, shape);
  }
  return description;
}

/** Tells if a file has a weight in bytes. */
export function isInBytes(header: SafetensorsHeader, name: string): boolean {
  return name === BYTE_WEIGHT && header.tensors.get(name)?.dtype === "I8";
}

function parsed<T>(metadata: Readonly<Record<string, string>>, key: string): T {
  const text = metadata[key];
  if (text === undefined) {
    throw new CheckpointError(
      `Cannot read the model: expected metadata "${key}", got none`,
    );
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError(
      `Cannot read the model: expected JSON in metadata "${key}", got ${
        text.slice(0, 80)
      }`,
      { cause },
    );
  }
}

/**
 * A part of the metadata that is a JSON object.
 *
 * @throws {CheckpointError} If it is missing, or anything else.
 */
export function parsedObject<T>(
  metadata: Readonly<Record<string, string>>,
  key: string,
): T {
  const value = parsed<T>(metadata, key);
  if (
    typeof value === "object" && value !== null && !Array.isArray(value)
  ) return value;
  throw new CheckpointError(
    `Cannot read the model: expected a JSON object in metadata "${key}", got ${
      shown(value)
    }`,
  );
}

function sizesOf(
  value: Partial<Sizes> | null,
  heads: readonly HeadSpec[],
): Sizes {
  const fault = headsFault(heads);
  if (fault !== undefined) {
    throw new CheckpointError(
      `Cannot read the model: expected ${fault}, got ${shown(heads)}`,
    );
  }
  const { inputs, hidden } = value ?? {};
  try {
    const sizes = { inputs: inputs!, hidden: [...hidden!], heads };
    checkSizes(sizes);
    return sizes;
  } catch (cause) {
    throw new CheckpointError(
      `Cannot read the model: expected sizes {inputs, hidden}, got ${
        shown(value)
      }`,
      { cause },
    );
  }
}

/** The beginning of a value, for a message. */
function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 80);
}

function checkDescription(
  { sizes, calibration }: ModelDescription,
): void {
  const complain = (expected: string, got: unknown) => {
    throw new CheckpointError(
      `Cannot read the model: expected ${expected}, got ${
        got === undefined ? "none" : shown(got)
      }`,
    );
  };
  for (const head of sizes.heads) {
    const own = calibration?.[head.name];
    const fault = kindOf(head).calibrationFault(head, own ?? {});
    if (fault !== undefined) {
      complain(`${fault} as calibration of the ${head.name} head`, own);
    }
  }
}

/**
 * Checks that a tensor is there, of that type and shape.
 *
 * @throws {CheckpointError} If it is not.
 */
export function checkTensor(
  header: SafetensorsHeader,
  name: string,
  shape: readonly number[],
  dtype: DType = "F32",
): void {
  const info = header.tensors.get(name);
  const got = info === undefined
    ? "none"
    : `${info.dtype} [${info.shape.join(", ")}]`;
  const expected = `${dtype} [${shape.join(", ")}]`;
  if (got !== expected) {
    throw new CheckpointError(
      `Cannot read tensor ${name}: expected ${expected}, got ${got}`,
    );
  }
}
