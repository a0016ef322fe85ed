/** Messages between a page and the worker that predicts for it. @module */

/** Asks the worker to take a version of the model, or to predict an image. */
export type Request =
  & {
    /** Names the request in its answer. */
    readonly id: number;
  }
  & (
    | { readonly file: ArrayBuffer; readonly etag: string }
    | { readonly image: ImageBitmap; readonly topK: number }
  );

/** A prediction for an image, nothing for a version; or what went wrong. */
export type Answer =
  & { readonly id: number }
  & (
    | { readonly value: unknown }
    | { readonly error: string }
  );
