// Lines reach whoever reads, and hold up nobody where nobody does.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { LineWriter } from "../../routes/line_writer.ts";

/** A stream that takes at most so many bytes at a time, when it is let. */
class Valve {
  text = "";
  open = Promise.resolve();

  constructor(private readonly most = Infinity) {}

  async write(bytes: Uint8Array): Promise<number> {
    await this.open;
    const taken = bytes.subarray(0, this.most);
    this.text += String.fromCharCode(...taken);
    return taken.length;
  }
}

Deno.test("all lines are written, in their order, however few bytes are taken at a time", async () => {
  const lines = fc.array(fc.stringMatching(/^[ -~]{0,40}$/), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(
      lines,
      fc.integer({ min: 1, max: 7 }),
      async (all, most) => {
        const valve = new Valve(most);
        const writer = new LineWriter(valve);
        for (const [i, line] of all.entries()) {
          writer.write(line);
          if (i % 3 === 0) await Promise.resolve();
        }
        await writer.flush();
        assertEquals(valve.text, all.map((line) => `${line}\n`).join(""));
        assertEquals(writer.dropped, 0);
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("where there is no room, lines are dropped and counted, and later ones written", async () => {
  const valve = new Valve();
  const closed = Promise.withResolvers<void>();
  valve.open = closed.promise;
  const writer = new LineWriter(valve, 10);
  for (const line of ["1234", "5678", "too long", "90"]) writer.write(line);
  assertEquals(writer.dropped, 1);
  writer.write("x");
  assertEquals(writer.dropped, 2);
  closed.resolve();
  await writer.flush();
  writer.write("again");
  await writer.flush();
  assertEquals(valve.text, "1234\n5678\n90\nagain\n");
});

Deno.test("lines that cannot be written are dropped, and none is an error", async () => {
  let broken = true;
  let text = "";
  const writer = new LineWriter({
    write(bytes) {
      if (broken) return Promise.reject(new Deno.errors.BrokenPipe());
      text += new TextDecoder().decode(bytes);
      return Promise.resolve(bytes.length);
    },
  });
  writer.write("lost");
  await writer.flush();
  broken = false;
  writer.write("kept");
  await writer.flush();
  assertEquals([writer.dropped, text], [1, "kept\n"]);
});
