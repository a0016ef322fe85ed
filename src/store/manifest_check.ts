/** Validation of manifests: a database may hold anything. @module */

import type { Manifest, TensorRecord } from "./manifest.ts";

/** More values than a tensor of any model has. */
const MAX_VALUES = 2 ** 28;

/** Whether a value has the parts of a manifest that the code relies on. */
export function isManifest(value: unknown): value is Manifest {
  if (!isRecord(value)) return false;
  const { version, step, sha256, steps, tensors, log, introduced = 0 } = value;
  return isCount(version) && isCount(step) && isCount(introduced) &&
    typeof sha256 === "string" &&
    isRecord(steps) && Object.values(steps).every(isCount) &&
    Array.isArray(tensors) && tensors.every(isTensorRecord) &&
    (log === null || (isRecord(log) && isTensorRecord(log.features)));
}

function isTensorRecord(value: unknown): value is TensorRecord {
  if (!isRecord(value)) return false;
  const { name, sha256, shape } = value;
  return typeof name === "string" && typeof sha256 === "string" &&
    Array.isArray(shape) && shape.every(isCount) &&
    shape.reduce((product, size) => product * size, 1) <= MAX_VALUES;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && value as number >= 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
