/** Softmax and its cross-entropy in double precision, row by row. */

/** exp(τ·zᵢ) / Σ exp(τ·zₖ), with the largest logit taken off first. */
export function softmax(
  logits: readonly number[],
  inverseTemperature = 1,
): number[] {
  const max = Math.max(...logits);
  const exponentials = logits.map((z) =>
    Math.exp(inverseTemperature * (z - max))
  );
  const sum = exponentials.reduce((total, e) => total + e, 0);
  return exponentials.map((e) => e / sum);
}

/** One example's labels: −1 masks the row; another label of −1 stands for weight 1. */
export interface Target {
  readonly label: number;
  readonly otherLabel: number;
  readonly weight: number;
}

/** (1 − ε)·(λ·onehot(label) + (1 − λ)·onehot(otherLabel)) + ε/classes. */
export function targetDistribution(
  { label, otherLabel, weight }: Target,
  classes: number,
  smoothing: number,
): number[] {
  const lambda = otherLabel === -1 ? 1 : weight;
  return Array.from({ length: classes }, (_, c) => {
    const mixture = (c === label ? lambda : 0) +
      (c === otherLabel ? 1 - lambda : 0);
    return (1 - smoothing) * mixture + smoothing / classes;
  });
}

/** −Σ t·log softmax(z) over the labelled rows, and the gradient of its mean. */
export function crossEntropy(
  logits: readonly (readonly number[])[],
  targets: readonly Target[],
  smoothing: number,
): { loss: number; gradient: number[][] } {
  const labelled = targets.filter(({ label }) => label !== -1).length;
  let loss = 0;
  const gradient = logits.map((z, r) => {
    if (targets[r]!.label === -1) return z.map(() => 0);
    const t = targetDistribution(targets[r]!, z.length, smoothing);
    const max = Math.max(...z);
    const logSum = Math.log(
      z.reduce((sum, value) => sum + Math.exp(value - max), 0),
    );
    t.forEach((share, c) => {
      if (share > 0) loss -= share * (z[c]! - max - logSum);
    });
    return softmax(z).map((p, c) => (p - t[c]!) / labelled);
  });
  return { loss, gradient };
}
