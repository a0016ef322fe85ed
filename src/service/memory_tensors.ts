/** The memory of corrections as tensors of a file, and back. @module */

import { bytesOf, type TensorData } from "../checkpoint/safetensors.ts";
import type { SafetensorsReader } from "../checkpoint/safetensors_reader.ts";
import { checkTensorValues } from "../checkpoint/judge.ts";
import { checkTensor } from "../checkpoint/state_description.ts";
import { BLOCK_ROWS, MEMORY_CAPACITY } from "../correction/memory.ts";
import { CheckpointError } from "../errors.ts";
import type { DraftMemory } from "../store/draft.ts";

/** Rows of features and labels [n, width], NaN for no label. */
const ROWS = "memory.rows";
/** The order in which they were appended [n], −1 for a forgotten row. */
const ORDER = "memory.order";

/** The tensors of a memory whose rows are `width` long. */
export function memoryTensors(
  blocks: readonly Float32Array[],
  order: readonly number[],
  width: number,
): TensorData[] {
  if (blocks.length === 0) return [];
  const rows = Float32Array.from(blocks.flatMap((block) => [...block]));
  const count = rows.length / width;
  return [
    { name: ROWS, dtype: "F32", shape: [count, width], data: bytesOf(rows) },
    {
      name: ORDER,
      dtype: "I32",
      shape: [count],
      data: bytesOf(Int32Array.from(order)),
    },
  ];
}

/** Whether a file holds a memory. */
export function hasMemory({ header }: SafetensorsReader): boolean {
  return header.tensors.has(ROWS);
}

/**
 * The memory that a file holds, if it holds one.
 *
 * @throws {CheckpointError} If its rows do not have `width` finite values.
 */
export async function readMemory(
  source: SafetensorsReader,
  width: number,
): Promise<DraftMemory | undefined> {
  const info = source.header.tensors.get(ROWS);
  if (info === undefined) return undefined;
  const count = info.shape[0] ?? 0;
  checkTensor(source.header, ROWS, [count, width]);
  checkTensor(source.header, ORDER, [count], "I32");
  const bytes = await source.read(ROWS);
  const rows = new Float32Array(bytes.buffer, bytes.byteOffset, count * width);
  checkTensorValues(ROWS, rows);
  const { buffer, byteOffset } = await source.read(ORDER);
  const order = [...new Int32Array(buffer, byteOffset, count)];
  checkOrder(order);
  const size = BLOCK_ROWS * width;
  const blocks = Array.from(
    { length: Math.ceil(count / BLOCK_ROWS) },
    (_, i) => {
      const values = rows.slice(i * size, (i + 1) * size);
      const shape = [values.length / width, width];
      return { name: `memory.${i}`, shape, values };
    },
  );
  return { blocks, order };
}

function checkOrder(order: readonly number[]): void {
  const kept = order.filter((place) => place >= 0);
  const fits = kept.length <= MEMORY_CAPACITY &&
    new Set(kept).size === kept.length && order.every((place) => place >= -1);
  if (fits) return;
  throw new CheckpointError(
    `Cannot read tensor ${ORDER}: expected up to ${MEMORY_CAPACITY} different places in the order, got others`,
  );
}
