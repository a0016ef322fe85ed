/** The logits of heads on many rows of features, by the kernels that predict. @module */

import { type Allocator, createArena } from "../kernels/arena.ts";
import type { Kernels } from "../kernels/mod.ts";
import { packedLength, PANEL, panelCount } from "../kernels/panels.ts";
import { type Head, rowsOf } from "./heads.ts";
import type { Direction } from "./metric.ts";

/** Rows of features in one call. */
const CHUNK = 64;

/** Scores heads in an arena of its own. The parameters of a scored head must not change. */
export class Scorer {
  /** Weights that were packed before: a request looks at most heads several times. */
  readonly #packed = new WeakMap<Float32Array, Float32Array>();

  private constructor(
    private readonly kernels: Kernels,
    private readonly views: ReturnType<typeof layout>,
    private readonly features: number,
  ) {}

  /** Takes the memory for heads of up to `rows` rows on `features` features. */
  static async create(features: number, rows: number): Promise<Scorer> {
    const { kernels, views } = await createArena((allocate) =>
      layout(allocate, features, rows)
    );
    return new Scorer(kernels, views, features);
  }

  /**
   * The logits [n, K] of one head on rows of features [n, stride].
   *
   * @throws {RangeError} If the head has more rows than there is room for.
   */
  logits({ spec, weight, bias }: Head, rows: Float32Array): Float32Array {
    const { views } = this;
    if (bias.length > views.bias.length) {
      throw new RangeError(
        `Cannot score the head ${spec.name}: expected at most ${views.bias.length} rows, got ${bias.length}`,
      );
    }
    const packed = this.#packed.get(weight);
    if (packed === undefined) {
      views.rowMajor.set(weight);
      this.#packed.set(weight, this.#pack(bias.length).slice());
    } else views.weight.set(packed);
    views.bias.fill(0).set(bias);
    const out = new Float32Array(bias.length * rows.length / this.#stride);
    this.#run(bias.length, rows, out, bias.length, 0);
    return out;
  }

  /** The change of a logit of each row [n, stride] by each of k directions at t = 1: [n, k]. */
  products(
    directions: readonly Direction[],
    rows: Float32Array,
  ): Float32Array {
    const { views, features } = this;
    const out = new Float32Array(
      directions.length * rows.length / this.#stride,
    );
    const room = views.bias.length;
    for (let first = 0; first < directions.length; first += room) {
      const some = directions.slice(first, first + room);
      views.bias.fill(0);
      some.forEach(({ weight, bias }, k) => {
        views.rowMajor.set(weight.subarray(0, features), k * features);
        views.bias[k] = bias;
      });
      this.#pack(some.length);
      this.#run(some.length, rows, out, directions.length, first);
    }
    return out;
  }

  get #stride(): number {
    return panelCount(this.features) * PANEL;
  }

  /** Packs the first rows of the row-major weights, and returns them where they lie. */
  #pack(outputs: number): Float32Array {
    const { kernels, features, views: { rowMajor, weight } } = this;
    const [from, to] = [rowMajor.byteOffset, weight.byteOffset];
    kernels.packPanels(from, outputs, features, to);
    return weight.subarray(0, packedLength(outputs, features));
  }

  /** Runs the current weights and biases; writes columns `column` … of out [n, width]. */
  #run(
    outputs: number,
    rows: Float32Array,
    out: Float32Array,
    width: number,
    column: number,
  ): void {
    const { kernels, features, views: { x, weight, bias, z } } = this;
    const stride = this.#stride;
    const panels = panelCount(outputs);
    const count = rows.length / stride;
    for (let start = 0; start < count; start += CHUNK) {
      const batch = Math.min(CHUNK, count - start);
      x.set(rows.subarray(start * stride, (start + batch) * stride));
      kernels.linearForward({
        x: x.byteOffset,
        xStride: stride,
        w: weight.byteOffset,
        b: bias.byteOffset,
        y: z.byteOffset,
        yStride: panels * PANEL,
        batch,
        inputs: features,
        panels,
      });
      for (let row = 0; row < batch; row++) {
        const from = row * panels * PANEL;
        const to = (start + row) * width + column;
        for (let k = 0; k < outputs; k++) out[to + k] = z[from + k]!;
      }
    }
  }

  /** eˣ, log x and their like, the same on every machine. */
  get math(): Kernels {
    return this.kernels;
  }
}

function layout(allocate: Allocator, features: number, rows: number) {
  const width = panelCount(rows) * PANEL;
  return {
    x: allocate.floats(CHUNK * panelCount(features) * PANEL),
    rowMajor: allocate.floats(width * features),
    weight: allocate.floats(packedLength(width, features)),
    bias: allocate.floats(width),
    z: allocate.floats(CHUNK * width),
  };
}

/** The logits of one row of [n, K]. */
export function rowAt(
  logits: Float32Array,
  row: number,
  head: Head,
): Float32Array {
  const width = rowsOf(head);
  return logits.subarray(row * width, (row + 1) * width);
}
