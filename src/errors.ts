/**
 * The errors a caller may want to catch by class. Everything else is a
 * built-in: TypeError for a wrong type or shape, RangeError for a value,
 * SyntaxError for text that cannot be parsed.
 *
 * @module
 */

/** Why an image was refused. */
export type ImageErrorReason = "unsupported" | "malformed" | "too-large";

/** An image that cannot be used: not a known type, damaged, or over a limit. */
export class ImageError extends Error {
  override readonly name = "ImageError";

  constructor(
    readonly reason: ImageErrorReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A folder of training images that cannot be trained on. */
export class DataError extends Error {
  override readonly name = "DataError";
}

/** A checkpoint file that is damaged, or that does not fit what it is used for. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
}

/** Training left the finite numbers. */
export class DivergedError extends Error {
  override readonly name = "DivergedError";
}
