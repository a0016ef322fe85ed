/**
 * The errors a caller may want to catch by class. Everything else is a
 * built-in: TypeError for a wrong type or shape, RangeError for a value,
 * SyntaxError for text that cannot be parsed.
 *
 * @module
 */

/** Why an image was refused. */
export type ImageErrorReason =
  | "unsupported"
  | "malformed"
  | "too-large"
  /** Its decoder took too long, or too much memory. */
  | "too-costly";

/** An image that cannot be used: not a known type, damaged, over a limit, or too costly to decode. */
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

/** Labelled images that cannot be used: missing, unreadable, or not for this model. */
export class DataError extends Error {
  override readonly name = "DataError";
}

/** A checkpoint file that is damaged, or that does not fit what it is used for. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
}

/** Loss or gradient were no longer finite. */
export class DivergedError extends Error {
  override readonly name = "DivergedError";
}

/** A network, with its batches and moments, that needs more memory than WebAssembly has. */
export class CapacityError extends RangeError {
  override readonly name = "CapacityError";

  constructor(bytes: number) {
    super(
      `Cannot hold the network: expected at most 4 GiB, got ${
        (bytes / 2 ** 30).toFixed(1)
      } GiB`,
    );
  }
}

/** A store that cannot be used, or a version in it that is damaged or incomplete. */
export class StoreError extends Error {
  override readonly name: string = "StoreError";
}

/** A version that was removed while it was read, for there are enough newer ones. */
export class RetiredError extends StoreError {
  override readonly name = "RetiredError";
}

/** Work that was not taken on: too much is waiting already. */
export class BusyError extends Error {
  override readonly name = "BusyError";
}

/** A change that was given up: others kept changing the model first. */
export class ConflictError extends Error {
  override readonly name = "ConflictError";
}

/** A change that was to happen only to a state the model is not in. */
export class PreconditionError extends Error {
  override readonly name = "PreconditionError";
}

/** An idempotency key that was used before, for another request. */
export class IdempotencyError extends Error {
  override readonly name = "IdempotencyError";
}

/** Why a change of labels was refused. */
export type LabelErrorReason = "unknown" | "malformed" | "conflict";

/** A label that cannot be added, found, renamed or retired. */
export class LabelError extends Error {
  override readonly name = "LabelError";

  /**
   * @param field What is wrong, the head's name or the label.
   * @param known The valid values of that, where they can be listed.
   */
  constructor(
    readonly reason: LabelErrorReason,
    message: string,
    readonly field: "head" | "label" = "label",
    readonly known?: readonly string[],
  ) {
    super(message);
  }
}
