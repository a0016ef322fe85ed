/**
 * The layout of a linear layer's weights in memory: panels of eight outputs, each
 * [inputs][8], so that one input's weights for eight outputs are side by side.
 * Outputs that are missing from the last panel are zeros.
 *
 * @module
 */

import type { Pointer } from "./pointer.ts";

/** Outputs per panel. */
export const PANEL = 8;

/** The number of panels that hold `outputs` outputs. */
export function panelCount(outputs: number): number {
  return Math.ceil(outputs / PANEL);
}

/** The number of floats that [outputs, inputs] weights take when packed. */
export function packedLength(outputs: number, inputs: number): number {
  return panelCount(outputs) * inputs * PANEL;
}

/**
 * Packs weights into panels.
 *
 * rowMajor [outputs, inputs] · packed [panels][inputs][8], overwritten.
 *
 * @throws {TypeError} If a length is not what the sizes ask for.
 */
export function packPanels(
  rowMajor: Float32Array,
  outputs: number,
  inputs: number,
  packed: Float32Array,
): void {
  checkLengths("pack", rowMajor, outputs, inputs, packed);
  // Panel by panel, so that memory is written from front to back.
  for (let first = 0; first < outputs; first += PANEL) {
    const lanes = Math.min(PANEL, outputs - first);
    const panel = packed.subarray(first * inputs, (first + PANEL) * inputs);
    if (lanes < PANEL) panel.fill(0);
    packPanel(
      rowMajor.subarray(first * inputs, (first + lanes) * inputs),
      inputs,
      lanes,
      panel,
    );
  }
}

/** assembly/panels.ts */
export interface PanelKernels {
  /** packed = rowMajor [outputs, inputs] in panels. */
  packPanels(
    rowMajor: Pointer,
    outputs: number,
    inputs: number,
    packed: Pointer,
  ): void;
}

/** A function that packs weights: {@linkcode packPanels}, or one of {@linkcode packerOf}. */
export type Packer = typeof packPanels;

/**
 * Packs as {@linkcode packPanels} does, but by a kernel: a server that starts
 * interprets all its JavaScript, which takes 1 ms for two heads (measured by
 * tests/bench/start.ts).
 *
 * @param rowMajor A block of the arena, as long as any of the weights.
 */
export function packerOf(
  kernels: PanelKernels,
  rowMajor: Float32Array,
): Packer {
  return (weight, outputs, inputs, packed) => {
    rowMajor.set(weight);
    kernels.packPanels(
      rowMajor.byteOffset,
      outputs,
      inputs,
      packed.byteOffset,
    );
  };
}

/** Interleaves the rows [lanes][inputs] into panel [inputs][8]. */
function packPanel(
  rows: Float32Array,
  inputs: number,
  lanes: number,
  panel: Float32Array,
): void {
  for (let i = 0, at = 0; i < inputs; i++, at += PANEL) {
    for (let lane = 0, from = i; lane < lanes; lane++, from += inputs) {
      panel[at + lane] = rows[from]!;
    }
  }
}

/**
 * Unpacks panels into weights: the reverse of {@linkcode packPanels}.
 *
 * packed [panels][inputs][8] · rowMajor [outputs, inputs], overwritten.
 *
 * @throws {TypeError} If a length is not what the sizes ask for.
 */
export function unpackPanels(
  packed: Float32Array,
  outputs: number,
  inputs: number,
  rowMajor: Float32Array,
): void {
  checkLengths("unpack", rowMajor, outputs, inputs, packed);
  for (let o = 0; o < outputs; o++) {
    const start = panelStart(o, inputs);
    for (let i = 0; i < inputs; i++) {
      rowMajor[o * inputs + i] = packed[start + i * PANEL]!;
    }
  }
}

/**
 * The number of floats of scratch that the weight gradient of a layer needs, for
 * up to `batch` rows: enough for either way of assembly/gradient_tile.ts, whose
 * files say what lies there.
 */
export function weightGradientScratch(batch: number): number {
  const packed = Math.max(65536, 48 * batch);
  const tiles = 2 * 48 * PANEL;
  const lists = 64 * PANEL * (2 * batch + 1);
  return packed + tiles + lists;
}

/** The index of output `o`'s weight for the first input. */
function panelStart(o: number, inputs: number): number {
  return Math.floor(o / PANEL) * inputs * PANEL + o % PANEL;
}

function checkLengths(
  verb: string,
  rowMajor: Float32Array,
  outputs: number,
  inputs: number,
  packed: Float32Array,
): void {
  const length = packedLength(outputs, inputs);
  if (rowMajor.length === outputs * inputs && packed.length === length) return;
  throw new TypeError(
    `Cannot ${verb} weights [${outputs}, ${inputs}]: expected ${
      outputs * inputs
    } values and ` +
      `${length} packed, got ${rowMajor.length} and ${packed.length}`,
  );
}
