/**
 * Transcendental functions compiled into the module, from AssemblyScript's
 * standard library. The engine's own Math.exp and its like are approximations
 * that differ between engines and versions; these bits never move.
 */

/** eˣ. */
export function exp(x: f64): f64 {
  return NativeMath.exp(x);
}

/** The natural logarithm. */
export function log(x: f64): f64 {
  return NativeMath.log(x);
}

/** x to the power y. */
export function pow(x: f64, y: f64): f64 {
  return NativeMath.pow(x, y);
}

/** The cosine of x radians. */
export function cos(x: f64): f64 {
  return NativeMath.cos(x);
}
