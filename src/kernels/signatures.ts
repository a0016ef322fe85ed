/**
 * The arguments of the kernels that take many, by name: WebAssembly knows them by
 * their place alone, where two that change places are still numbers.
 *
 * @module
 */

const ROWS = ["x", "xStride"] as const;
const GRADIENT = ["g", "gStride"] as const;
const SIZES = ["batch", "inputs", "panels"] as const;

/** The names in the order of the sources in assembly/, which a test compares. */
export const SIGNATURES = {
  linearForward: [...ROWS, "w", "b", "y", "yStride", ...SIZES],
  linearInputGradient: [
    ...GRADIENT,
    "w",
    "dx",
    "dxStride",
    ...SIZES,
    "accumulate",
  ],
  linearWeightGradient: [
    ...ROWS,
    ...GRADIENT,
    "dw",
    "db",
    ...SIZES,
    "scratch",
  ],
  linearWeightGradientAdam: [
    ...ROWS,
    ...GRADIENT,
    "w",
    "m",
    "v",
    ...SIZES,
    "scratch",
    "gradientScale",
    "stepSize",
    "beta1",
    "beta2",
    "epsilon",
    "inverseSqrtBiasCorrection2",
    "l2",
    "decay",
  ],
  dropUniform: ["x", "n", "keep", "seedLow", "seedHigh", "first"],
} as const;

/** A kernel whose arguments have names. */
export type NamedKernel = keyof typeof SIGNATURES;

/** Its arguments. */
export type Arguments<K extends NamedKernel> = Readonly<
  Record<typeof SIGNATURES[K][number], number>
>;

/** The kernels as they are called, by the names of their arguments. */
export type NamedCalls = {
  readonly [K in NamedKernel]: (args: Arguments<K>) => void;
};

/** The kernels that have signatures. */
export const NAMED = Object.keys(SIGNATURES) as NamedKernel[];

/** Arguments in the order of a kernel's signature. */
export function inOrder<K extends NamedKernel>(
  kernel: K,
  args: Arguments<K>,
): number[] {
  const names: readonly (keyof Arguments<K>)[] = SIGNATURES[kernel];
  return names.map((name) => args[name]);
}

/** The reverse of {@linkcode inOrder}. */
export function byName<K extends NamedKernel>(
  kernel: K,
  values: ArrayLike<number>,
): Arguments<K> {
  return Object.fromEntries(
    SIGNATURES[kernel].map((name, i) => [name, values[i]!]),
  ) as Arguments<K>;
}

/** The exports of a module that have signatures, to be called by name. */
export function namedCalls(
  exports: Readonly<Record<string, unknown>>,
): NamedCalls {
  const calls = NAMED.map((kernel) => {
    const raw = exports[kernel] as (...values: number[]) => void;
    return [
      kernel,
      (args: Arguments<typeof kernel>) => raw(...inOrder(kernel, args)),
    ];
  });
  return Object.fromEntries(calls);
}
