/** Lines of the log, written in the background: a reader that stalls blocks no request. @module */

/** The destination of lines. */
export interface LineStream {
  /** Writes some of the bytes; resolves to how many. */
  write(bytes: Uint8Array): Promise<number>;
}

/** Characters of lines that may wait: about 8,000 lines. */
const MOST_WAITING = 1_000_000;

/**
 * Writes lines in order, all that are waiting at once. Lines for which there is no room
 * are dropped, and so are those that cannot be written.
 */
export class LineWriter {
  readonly #encoder = new TextEncoder();
  #waiting: string[] = [];
  #held = 0;
  #writing: Promise<void> | undefined;
  /** Lines that were dropped so far. */
  dropped = 0;

  /** @param most Characters that may wait. */
  constructor(
    private readonly stream: LineStream,
    private readonly most = MOST_WAITING,
  ) {}

  /** Takes a line, if there is room. */
  write(line: string): void {
    if (this.#held + line.length > this.most) {
      this.dropped++;
      return;
    }
    this.#held += line.length;
    this.#waiting.push(line);
    this.#writing ??= this.#drain();
  }

  /** Resolves when every line that was taken is written. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting;
      this.#waiting = [];
      try {
        await this.#writeAll(lines.map((line) => `${line}\n`).join(""));
      } catch {
        this.dropped += lines.length; // nobody reads any more
      }
      for (const { length } of lines) this.#held -= length;
    }
    this.#writing = undefined;
  }

  async #writeAll(text: string): Promise<void> {
    let bytes = this.#encoder.encode(text);
    while (bytes.length > 0) {
      bytes = bytes.subarray(await this.stream.write(bytes));
    }
  }
}
