/** What a model file says of itself in its metadata, and whether its tensors fit that. @module */

import { CheckpointError } from "../errors.ts";
import type { Preprocessing } from "../image/descriptor.ts";
import { BYTE_WEIGHT } from "../model/quantize.ts";
import type { Calibration, ModelDescription } from "../model/state.ts";
import { checkSizes, type Sizes, tensorSpecs } from "../model/sizes.ts";
import { createOptimizer } from "../optim/registry.ts";
import type { DType, SafetensorsHeader } from "./safetensors.ts";
import type { SafetensorsReader } from "./safetensors_reader.ts";

/** Marks our files, and the version of what state.ts writes into them. */
export const FORMAT = "tandem-1";

/** Prefix of the best weights so far, in the checkpoint of a run that is not finished. */
export const BEST = "best.";

/** The name of the scales of a weight in bytes. */
export function scaleOf(weight: string): string {
  return `${weight}.scale`;
}

/**
 * Reads what a model is, and checks that the file's tensors are the ones it needs.
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
    sizes: sizesOf(parsed(metadata, "sizes")),
    labels: parsed<{ domains: string[]; items: string[] }>(metadata, "labels"),
    preprocessing: parsed<Preprocessing>(metadata, "preprocessing"),
    calibration: parsed<Calibration>(metadata, "calibration"),
    optimizer: parsed<{ name: string; options: Record<string, number> }>(
      metadata,
      "optimizer",
    ),
    training: parsed<Record<string, unknown>>(metadata, "training"),
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

/** Whether a file has a weight in bytes. */
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

function sizesOf(value: Partial<Sizes> | null): Sizes {
  const { inputs, hidden, domains, items } = value ?? {};
  try {
    const sizes = {
      inputs: inputs!,
      hidden: [...hidden!],
      domains: domains!,
      items: items!,
    };
    checkSizes(sizes);
    return sizes;
  } catch (cause) {
    throw new CheckpointError(
      `Cannot read the model: expected sizes {inputs, hidden, domains, items}, got ${
        JSON.stringify(value)
      }`,
      { cause },
    );
  }
}

function checkDescription(
  { sizes, labels, calibration, optimizer }: ModelDescription,
): void {
  const complain = (expected: string, got: unknown) => {
    throw new CheckpointError(
      `Cannot read the model: expected ${expected}, got ${JSON.stringify(got)}`,
    );
  };
  for (const kind of ["domains", "items"] as const) {
    const names: unknown = labels?.[kind];
    const fits = Array.isArray(names) && names.length === sizes[kind] &&
      names.every((name) => typeof name === "string") &&
      new Set(names).size === names.length;
    if (!fits) complain(`${sizes[kind]} different labels of ${kind}`, names);
  }
  for (const head of ["domain", "item"] as const) {
    const { temperature, offsets }: {
      temperature?: unknown;
      offsets?: unknown;
    } = calibration?.[head] ?? {};
    if (!(isNumber(temperature) && temperature > 0)) {
      complain(`a positive temperature of the ${head} head`, temperature);
    }
    const classes = sizes[`${head}s`];
    const fits = Array.isArray(offsets) && offsets.length === classes &&
      offsets.every(isNumber);
    if (!fits) {
      complain(`${classes} offsets of the ${head} head's logits`, offsets);
    }
  }
  try {
    createOptimizer(optimizer?.name, optimizer?.options);
  } catch {
    complain("a known optimizer and its options", optimizer);
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
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
