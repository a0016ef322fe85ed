/** Multipart forms. @module */

import {
  type MultipartParseError,
  parseMultipart,
} from "@remix-run/multipart-parser";

/** A form's field: text, or the bytes of a file. */
export type FormValue = string | Uint8Array;

/** The fields of a form, in their order. */
export class Form {
  readonly #fields = new Map<string, FormValue[]>();

  /** Adds a field. */
  append(name: string, value: FormValue): void {
    const values = this.#fields.get(name);
    if (values === undefined) this.#fields.set(name, [value]);
    else values.push(value);
  }

  /** The names that there are fields of. */
  get names(): string[] {
    return [...this.#fields.keys()];
  }

  /** The first field of a name, or null. */
  get(name: string): FormValue | null {
    return this.#fields.get(name)?.[0] ?? null;
  }

  /** All fields of a name. */
  getAll(name: string): FormValue[] {
    return this.#fields.get(name) ?? [];
  }
}

/**
 * Parses a body of type multipart/form-data.
 *
 * Source: RFC 7578 (2015); RFC 2046 (1996), 5.1.1.
 *
 * @param maxParts The most parts that it may have.
 * @throws {RangeError} If it has more.
 * @throws {SyntaxError} If it is no form.
 */
export function parseForm(
  body: Uint8Array,
  contentType: string,
  maxParts: number,
): Form {
  const boundary = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(
    contentType,
  );
  if (boundary === null) throw new SyntaxError("no boundary");
  const form = new Form();
  let parts = 0;
  try {
    const options = {
      boundary: boundary[1] ?? boundary[2]!,
      maxParts: maxParts + 1, // the one too many is counted here
      maxFileSize: body.length,
      maxTotalSize: body.length,
    };
    for (const part of parseMultipart(body, options)) {
      if (++parts > maxParts) {
        throw new RangeError(`more than ${maxParts} parts`);
      }
      if (part.name === undefined) throw new SyntaxError("a part without name");
      form.append(part.name, part.isFile ? part.bytes : part.text);
    }
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) {
      throw error;
    }
    // The parser's own, and a TypeError where text is not UTF-8.
    const { message } = error as MultipartParseError | TypeError;
    throw new SyntaxError(message, { cause: error });
  }
  return form;
}
