/** Weights into the panels that kernels/panels.ts describes. */

const LANES: i32 = 8;

/**
 * Packs weights into panels, with zeros for the outputs that are missing from
 * the last one. Bits are moved, whatever they mean.
 *
 * rowMajor [outputs, inputs] · packed [panels][inputs][8], overwritten.
 */
export function packPanels(
  rowMajor: usize,
  outputs: i32,
  inputs: i32,
  packed: usize,
): void {
  const panelBytes = <usize> inputs * LANES * 4;
  for (let first = 0; first < outputs; first += LANES, packed += panelBytes) {
    for (let lane = 0; lane < LANES; lane++) {
      const end = packed + panelBytes;
      let to = packed + (<usize> lane << 2);
      if (first + lane < outputs) {
        for (; to < end; to += LANES * 4, rowMajor += 4) {
          store<i32>(to, load<i32>(rowMajor));
        }
      } else {
        for (; to < end; to += LANES * 4) store<i32>(to, 0);
      }
    }
  }
}
