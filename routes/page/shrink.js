// @ts-check
/// <reference lib="dom" />
/** Photographs made smaller, so that ten of them fit into a request. @module */

/** Ten images of this size are within what servers take by default, in bytes. */
const LARGE = 700_000;
/** Enough for any descriptor, as of the camera. */
const SIDE = 720;
const QUALITY = 0.92;

/**
 * An image of few bytes: the same where there are few, else a smaller JPEG. What is
 * no image is left to the server to refuse.
 *
 * @param {Blob} image
 * @returns {Promise<Blob>}
 */
export async function shrunk(image) {
  if (image.size <= LARGE) return image;
  let bitmap;
  try {
    bitmap = await createImageBitmap(image, { imageOrientation: "from-image" });
  } catch {
    return image;
  }
  const canvas = document.createElement("canvas");
  const scale = Math.min(1, SIDE / Math.min(bitmap.width, bitmap.height));
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  const context = canvas.getContext("2d");
  if (context === null) return image;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return await new Promise((resolve) =>
    canvas.toBlob((small) => resolve(small ?? image), "image/jpeg", QUALITY)
  );
}
