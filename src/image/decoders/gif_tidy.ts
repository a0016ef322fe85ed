/**
 * Repairs GIF files that viewers show and the decoder refuses.
 *
 * Source: CompuServe, Graphics Interchange Format 89a (1990), sections 20 and 23–26.
 *
 * @module
 */

import { readGifBlocks } from "../header/gif.ts";

/** Labels of extensions: a comment, and those that decoders know. */
const COMMENT = 0xfe;
const KNOWN = [0x01, 0xf9, COMMENT, 0xff];
/** The position of the screen's size, and that of an image's size after its left edge. */
const SCREEN_SIZE = 6;
const IMAGE_SIZE = 4;

/**
 * The same file with unknown extensions before the first image as comments, and an
 * image without a size as large as the screen. As a rule that is `bytes` itself.
 */
export function tidyGif(bytes: Uint8Array): Uint8Array {
  const { labels, image } = readGifBlocks(bytes);
  const unknown = labels.filter((at) => !KNOWN.includes(bytes[at]!));
  const size = image === undefined ? undefined : image + IMAGE_SIZE;
  const sizeless = size !== undefined && isEmpty(bytes, size);
  if (unknown.length === 0 && !sizeless) return bytes;
  const tidy = bytes.slice();
  for (const at of unknown) tidy[at] = COMMENT;
  if (sizeless) tidy.copyWithin(size, SCREEN_SIZE, SCREEN_SIZE + 4);
  return tidy;
}

/** Whether the width or the height at an offset is 0. */
function isEmpty(bytes: Uint8Array, at: number): boolean {
  return (bytes[at]! | bytes[at + 1]!) === 0 ||
    (bytes[at + 2]! | bytes[at + 3]!) === 0;
}
