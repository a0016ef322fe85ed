/** Labels of a batch: 32-bit floats, NaN where a row has none. */

/** The number of rows that have a label. */
export function countLabelled(labels: usize, batch: i32): i32 {
  let count = 0;
  for (let r = 0; r < batch; r++) {
    const label = load<f32>(labels + (<usize> r << 2));
    count += i32(label === label);
  }
  return count;
}

/**
 * The target of a labelled row that is mixed with another:
 *
 *   t = λ·label + (1 − λ)·other, or the label where the other is NaN
 */
export function mixedTarget(label: f32, other: f32, weight: f32): f64 {
  if (other !== other) return <f64> label;
  return <f64> weight * <f64> label + (1 - <f64> weight) * <f64> other;
}
