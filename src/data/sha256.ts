/** Hashes. @module */

/** The sha-256 of bytes, as 64 hexadecimal digits (FIPS 180-4). */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
