/**
 * The type of an image, told by its first bytes and never by its name.
 *
 * @module
 */

/** The image types that can be decoded. */
export type ImageType = "jpeg" | "png" | "webp" | "gif";

/** The type of the image that `bytes` start like, or undefined if it is none of ours. */
export function imageTypeOf(bytes: Uint8Array): ImageType | undefined {
  if (startsWith(bytes, 0, "\xff\xd8\xff")) return "jpeg";
  if (startsWith(bytes, 0, "\x89PNG\r\n\x1a\n")) return "png";
  if (startsWith(bytes, 0, "RIFF") && startsWith(bytes, 8, "WEBP")) {
    return "webp";
  }
  if (startsWith(bytes, 0, "GIF87a") || startsWith(bytes, 0, "GIF89a")) {
    return "gif";
  }
  return undefined;
}

/** Tells if the characters of `text`, one byte each, stand at `offset`. */
export function startsWith(
  bytes: Uint8Array,
  offset: number,
  text: string,
): boolean {
  if (bytes.length < offset + text.length) return false;
  for (let i = 0; i < text.length; i++) {
    if (bytes[offset + i] !== text.charCodeAt(i)) return false;
  }
  return true;
}
