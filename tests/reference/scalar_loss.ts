/** Sigmoid cross-entropy and squared error in double precision, row by row. */

/** One example's labels: NaN masks the row; another label of NaN stands for weight 1. */
export interface ScalarTarget {
  readonly label: number;
  readonly otherLabel: number;
  readonly weight: number;
}

/** λ·label + (1 − λ)·otherLabel. */
function mixed({ label, otherLabel, weight }: ScalarTarget): number {
  return Number.isNaN(otherLabel)
    ? label
    : weight * label + (1 - weight) * otherLabel;
}

/** A loss over the labelled rows, and the gradient of its mean. */
interface ScalarLoss {
  readonly loss: number;
  readonly gradient: number[];
}

function over(
  outputs: readonly number[],
  targets: readonly ScalarTarget[],
  each: (z: number, t: number) => { loss: number; slope: number },
): ScalarLoss {
  const labelled = targets.filter(({ label }) => !Number.isNaN(label)).length;
  let loss = 0;
  const gradient = outputs.map((z, r) => {
    if (Number.isNaN(targets[r]!.label)) return 0;
    const row = each(z, mixed(targets[r]!));
    loss += row.loss;
    return row.slope / labelled;
  });
  return { loss, gradient };
}

/** −t·log σ(z) − (1 − t)·log(1 − σ(z)). */
export function sigmoidCrossEntropy(
  logits: readonly number[],
  targets: readonly ScalarTarget[],
  smoothing: number,
): ScalarLoss {
  return over(logits, targets, (z, plain) => {
    const t = (1 - smoothing) * plain + smoothing / 2;
    const logOne = z < 0
      ? z - Math.log1p(Math.exp(z))
      : -Math.log1p(Math.exp(-z));
    return {
      loss: -t * logOne - (1 - t) * (logOne - z),
      slope: Math.exp(logOne) - t,
    };
  });
}

/** (z − t)². */
export function squaredError(
  outputs: readonly number[],
  targets: readonly ScalarTarget[],
): ScalarLoss {
  return over(outputs, targets, (z, t) => ({
    loss: (z - t) ** 2,
    slope: 2 * (z - t),
  }));
}
