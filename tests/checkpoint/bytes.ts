/** Safetensors files put together by hand, so that they can be wrong. @module */

/** Length, header text and data, as they are given. */
export function fileOf(
  header: string | Uint8Array,
  data: Uint8Array = new Uint8Array(),
  length?: bigint,
): Uint8Array {
  const text = typeof header === "string"
    ? new TextEncoder().encode(header)
    : header;
  const start = new Uint8Array(8);
  new DataView(start.buffer)
    .setBigUint64(0, length ?? BigInt(text.length), true);
  return joined([start, text, data]);
}

/** The chunks as one. */
export function joined(
  chunks: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunks.reduce((n, { length }) => n + length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
