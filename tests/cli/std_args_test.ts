// The contract that parseArgs of @std/cli and its stand-in share: see std_test.ts.

import { assertEquals } from "@std/assert";
import * as std from "@std/cli/parse-args";
import * as standIn from "../../src/cli/std/parse_args.ts";

const OPTIONS: standIn.ParseOptions = {
  string: ["seed", "out", "top-k", "head", "_"],
  collect: ["head"],
  boolean: ["json", "help", "flip"],
  negatable: ["flip"],
  alias: { help: "h", "top-k": "k" },
  default: { out: "model" },
};

/** What is there when nothing is given. */
const NOTHING = {
  _: [],
  json: false,
  help: false,
  h: false,
  flip: false,
  out: "model",
  head: [],
};

const CASES: [
  title: string,
  args: string[],
  parsed: Record<string, unknown>,
][] = [
  ["nothing", [], {}],
  ["--name value", ["--seed", "7"], { seed: "7" }],
  ["--name=value", ["--seed=7"], { seed: "7" }],
  ["a value with = in it", ["--out=a=b"], { out: "a=b" }],
  ["a dashed name", ["--top-k", "3"], { "top-k": "3", k: "3" }],
  ["the last of a repeated option", ["--seed", "1", "--seed=2"], { seed: "2" }],
  ["a collected option", ["--head", "a"], { head: ["a"] }],
  ["a collected option repeated", ["--head=a", "--head", "b,c"], {
    head: ["a", "b,c"],
  }],
  ["a collected option without its value", ["--head"], { head: [""] }],
  ["a default replaced", ["--out", "there"], { out: "there" }],
  ["a negative value after =", ["--seed=-1"], { seed: "-1" }],
  ["an option without its value", ["--seed"], { seed: "" }],
  ["an option before another", ["--seed", "--json"], { seed: "", json: true }],
  ["an empty value", ["--seed", ""], { seed: "", _: [""] }],
  ["a flag", ["--json"], { json: true }],
  ["a flag before a positional argument", ["--json", "a.png"], {
    json: true,
    _: ["a.png"],
  }],
  ["a flag told true or false", ["--json", "true", "--help=false"], {
    json: true,
  }],
  ["a flag told false", ["--flip", "false"], {}],
  ["a flag negated", ["--flip", "--no-flip"], {}],
  ["an alias of a flag", ["-h"], { h: true, help: true }],
  ["an alias and its value", ["-k", "3"], { "top-k": "3", k: "3" }],
  ["an alias and its value after =", ["-k=3"], { "top-k": "3", k: "3" }],
  ["an alias and its number", ["-k3"], { "top-k": "3", k: "3" }],
  ["positional arguments", ["a.png", "7", "-"], { _: ["a.png", "7", "-"] }],
  ["all after --", ["--json", "--", "--seed", "-1"], {
    json: true,
    _: ["--seed", "-1"],
  }],
];

const UNKNOWN: [args: string[], call: unknown[]][] = [
  [["--sead", "7"], ["--sead", "sead", "7"]],
  [["--sead=7"], ["--sead=7", "sead", "7"]],
  [["--sead"], ["--sead", "sead", true]],
  [["--no-json"], ["--no-json", "no-json", true]],
  [["--seed", "-1"], ["-1", "1", true]],
  [["-x"], ["-x", "x", true]],
  [["a.png"], ["a.png"]],
];

function contract(name: string, parseArgs: typeof standIn.parseArgs) {
  for (const [title, args, parsed] of CASES) {
    Deno.test(`${name}: ${title}`, () => {
      assertEquals(parseArgs(args, OPTIONS), { ...NOTHING, ...parsed });
    });
  }
  for (const [args, call] of UNKNOWN) {
    Deno.test(`${name}: ${args.join(" ")} is reported as unknown`, () => {
      const calls: unknown[][] = [];
      const unknown = (...given: unknown[]) => {
        calls.push(given);
        return false;
      };
      const parsed = parseArgs(args, { ...OPTIONS, unknown });
      assertEquals(calls, [call]);
      assertEquals(parsed._, []);
    });
  }
  Deno.test(`${name}: what is unknown stays unless it is refused`, () => {
    assertEquals(parseArgs(["--sead", "7", "a"], OPTIONS), {
      ...NOTHING,
      sead: 7,
      _: ["a"],
    });
  });
  Deno.test(`${name}: what looks like a number is one, unless told otherwise`, () => {
    assertEquals(parseArgs(["7", "7a", "1e3"]), { _: [7, "7a", 1000] });
  });
  Deno.test(`${name}: what comes after -- is not reported`, () => {
    const unknown = () => false;
    assertEquals(parseArgs(["--", "--sead"], { ...OPTIONS, unknown })._, [
      "--sead",
    ]);
  });
  Deno.test(`${name}: the arguments are left alone`, () => {
    const args = ["--seed", "7", "--", "a"];
    parseArgs(args, OPTIONS);
    assertEquals(args, ["--seed", "7", "--", "a"]);
  });
}

// The package infers a type for each option; the cases need only the shape.
contract("@std/cli", std.parseArgs as unknown as typeof standIn.parseArgs);
if (std.parseArgs as unknown !== standIn.parseArgs) {
  contract("the stand-in for @std/cli", standIn.parseArgs);
}
