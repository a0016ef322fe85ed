/** splitmix64 in big integers. */

const WORD = (1n << 64n) - 1n;

/** The outputs number 1 … n of splitmix64 from a seed. */
export function splitmix64(seed: bigint, n: number): bigint[] {
  return Array.from({ length: n }, (_, i) => {
    let z = (seed + BigInt(i + 1) * 0x9e3779b97f4a7c15n) & WORD;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & WORD;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & WORD;
    return z ^ (z >> 31n);
  });
}

/** n numbers in [0, 1): the lower, then the upper half of each output. */
export function uniforms(seed: bigint, n: number): number[] {
  return splitmix64(seed, Math.ceil(n / 2))
    .flatMap((z) => [z & 0xffffffffn, z >> 32n])
    .map((half) => Number(half) / 2 ** 32)
    .slice(0, n);
}
