/**
 * SHA-256, as the lower-case hexadecimal text that names blobs and versions.
 *
 * @module
 */

/** The SHA-256 of `bytes`, in hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return hexadecimal(
    new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)),
  );
}

function hexadecimal(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}
