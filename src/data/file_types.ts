/** Kinds of files by their names. @module */

/** Endings of the names of images that can be read, for messages. */
export const IMAGE_ENDINGS = "{jpg,jpeg,jfif,png,webp,gif}";

const READABLE = /\.(jpe?g|jfif|png|webp|gif)$/i;
/** Images of cameras, phones and graphics programs that no decoder here reads. */
const UNREADABLE =
  /\.(heic|heif|hif|avif|tiff?|bmp|svg|jxl|jp2|psd|dng|cr2|cr3|nef|arw|raf|orf|rw2)$/i;

/** Tells by its name if a file is an image that can be read. */
export function isImageName(name: string): boolean {
  return READABLE.test(name);
}

/** The ending of a name of an image that cannot be read, in lower case; undefined for other files. */
export function unreadableEnding(name: string): string | undefined {
  return UNREADABLE.exec(name)?.[0].toLowerCase();
}
