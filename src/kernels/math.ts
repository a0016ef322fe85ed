/** Functions whose bits the engine would not promise. @module */

/** assembly/math.ts: double precision, and the same bits on every machine. */
export interface MathKernels {
  /** eˣ. */
  exp(x: number): number;
  /** The natural logarithm. */
  log(x: number): number;
  /** x to the power y. */
  pow(x: number, y: number): number;
  /** The cosine of x radians. */
  cos(x: number): number;
}
