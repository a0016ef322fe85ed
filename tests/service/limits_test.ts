import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { startHelp } from "../../routes/start_help.ts";
import { readRequestLimits, REQUEST_LIMITS } from "../../src/service/limits.ts";
import { readSettings } from "../../src/service/settings.ts";

/** The variables that are read, with their defaults and ranges. */
function variables(): [string, number, number, number][] {
  const read: [string, number, number, number][] = [];
  readRequestLimits((...variable) => {
    read.push(variable);
    return variable[1];
  });
  return read;
}

Deno.test("every limit has a variable of its own, and a default in its range", () => {
  const names = variables().map(([name]) => name);
  assertEquals(new Set(names).size, Object.keys(REQUEST_LIMITS).length);
  for (const [name, fallback, least, most] of variables()) {
    assert(fallback >= least && fallback <= most, name);
  }
});

Deno.test("docs/http.md and the help of task start name every limit with its default", async () => {
  const docs = await Deno.readTextFile(
    new URL("../../docs/http.md", import.meta.url),
  );
  const documented = new Map(
    [...docs.matchAll(/^\| `([A-Z_]+)` +\| (\d+) /gm)].map((
      [, name, fallback],
    ) => [name!, fallback!]),
  );
  const help = startHelp();
  // How many decoders there are depends on the machine.
  for (const [name, fallback] of variables()) {
    if (name === "DECODERS") continue;
    assertEquals(documented.get(name), String(fallback), name);
    assertMatch(help, new RegExp(`^ +${name} .*\\(${fallback}\\)$`, "m"));
  }
});

Deno.test("a limit is set by its variable, and refused out of its range", () => {
  for (const [name, , least, most] of variables()) {
    const read = (value: string) =>
      readSettings((each) => each === name ? value : undefined).limits;
    assert(Object.values(read(String(least))).includes(least), name);
    for (const wrong of [String(least - 1), String(most + 1), "many", "1.5"]) {
      const error = assertThrows(() => read(wrong), RangeError);
      assert(error.message.includes(name));
    }
  }
});

Deno.test("task start may read every variable", () => {
  const allowed = /--allow-env=(\S+)/.exec(config.tasks.start.command)![1]!
    .split(",");
  const read = new Set<string>();
  readSettings((name) => {
    read.add(name);
    return undefined;
  });
  assert(read.size > 15);
  for (const name of read) assert(allowed.includes(name), name);
});
