import { assertEquals, assertRejects } from "@std/assert";
import { StoreError } from "../../src/errors.ts";
import { openEngine } from "../../src/store/open.ts";

Deno.test("a database URL that cannot be read is refused, and its password not shown", async () => {
  const urls = [
    "postgres://tandem:hunter2@[::/tandem",
    "postgres://tandem:hunter2@localhost:port/tandem",
    "postgres://tandem:hunter2%@localhost/tandem",
  ];
  for (const url of urls) {
    const error = await assertRejects(
      () => openEngine(url),
      StoreError,
      "expected STORE to be postgres://",
    );
    assertEquals(Deno.inspect(error).includes("hunter2"), false, url);
  }
});

Deno.test("a URL of another database is refused by its scheme alone", async () => {
  const error = await assertRejects(
    () => openEngine("mysql://tandem:hunter2@localhost/tandem"),
    StoreError,
    "got one of mysql",
  );
  assertEquals(Deno.inspect(error).includes("hunter2"), false);
});
