/**
 * How a linear layer's weights lie in memory: panels of eight outputs, each
 * [inputs][8], so that one input's weights for eight outputs are side by side.
 * Outputs that are missing from the last panel are zeros.
 *
 * @module
 */

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
 * up to `batch` rows: what assembly/gradient_block.ts packs of the gradient (32
 * panels) and of the inputs (4,096 floats, but at least 16 columns), and one block
 * of the product (at most 256 inputs of one panel).
 */
export function weightGradientScratch(batch: number, inputs: number): number {
  const block = Math.min(256, Math.ceil(inputs / 4) * 4);
  return batch * 32 * PANEL + Math.max(4096, 16 * batch) + block * PANEL;
}

/** Where output `o`'s weight for the first input lies. */
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
