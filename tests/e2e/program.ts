/** Programs that tests use where there are any. @module */

/** Whether a program is there and runs. */
export async function hasProgram(name: string): Promise<boolean> {
  try {
    return (await new Deno.Command(name, { args: ["--version"] }).output())
      .success;
  } catch {
    return false;
  }
}
