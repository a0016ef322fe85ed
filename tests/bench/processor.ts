/** The processor that the bench runs on. @module */

/** A processor, as far as it matters to the kernels. */
export interface Processor {
  /** Maker and vector instructions: what ratios depend on. */
  readonly kind: string;
  /** As the processor names itself; virtual machines hide it at times. */
  readonly name: string;
  readonly cores: number;
}

/** Vector instructions, widest first, by their names in /proc/cpuinfo. */
const VECTORS = [
  ["avx512f", "AVX-512"],
  ["avx2", "AVX2"],
  ["sve", "SVE"],
  ["asimd", "NEON"],
] as const;

const MAKERS: Readonly<Record<string, string>> = {
  GenuineIntel: "Intel",
  AuthenticAMD: "AMD",
  "0x41": "ARM",
  "0xc0": "Ampere",
};

/** Finds out what this machine's processor is. */
export async function findProcessor(): Promise<Processor> {
  const cores = navigator.hardwareConcurrency;
  if (Deno.build.os === "linux") {
    // Deno itself reads nothing there unless it may do everything.
    const { stdout } = await new Deno.Command("cat", {
      args: ["/proc/cpuinfo"],
    }).output();
    return parseProcessor(new TextDecoder().decode(stdout), cores);
  }
  const kind = `${Deno.build.os} ${Deno.build.arch}`;
  return { kind, name: kind, cores };
}

/** Reads a processor from the text of Linux's /proc/cpuinfo. */
export function parseProcessor(cpuinfo: string, cores: number): Processor {
  const field = (...names: string[]) => {
    for (const name of names) {
      const line = new RegExp(`^${name}\\s*: (.+)$`, "m").exec(cpuinfo);
      if (line !== null) return line[1]!.trim();
    }
    return undefined;
  };
  const vendor = field("vendor_id", "CPU implementer") ?? "unknown";
  const maker = MAKERS[vendor] ?? vendor;
  const flags = field("flags", "Features")?.split(" ") ?? [];
  const vectors = VECTORS.find(([flag]) => flags.includes(flag))?.[1];
  return {
    kind: vectors === undefined ? maker : `${maker} with ${vectors}`,
    name: field("model name") ?? maker,
    cores,
  };
}
