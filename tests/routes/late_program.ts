// Reads the late modules, takes every descriptor that there is, and says how requests
// are answered then. Run by late_test.ts.

import { createApp } from "../../routes/app.ts";
import { loadLate } from "../../routes/late.ts";
import { lazyService } from "../../routes/serving.ts";
import { readSettings } from "../../src/service/settings.ts";

const [model] = Deno.args;
const env: Record<string, string> = {
  MODEL: model!,
  STORE: "memory",
  DECODERS: "0",
  ADMIN_KEY: "k",
};
const settings = readSettings((name) => env[name]);
const { open, close } = lazyService(settings);
const app = createApp({ ...settings, log: () => {}, service: open });

async function answers(): Promise<void> {
  const headers = { Authorization: "Bearer k" };
  const json = { ...headers, "Content-Type": "application/json" };
  const post = { method: "POST", headers: json, body: "{}" };
  for (
    const [path, init] of [
      ["/metrics", { headers }],
      ["/readyz", { headers }],
      ["/openapi.json", { headers }],
      ["/v2", { headers }],
      ["/model", { headers }],
      ["/versions", { headers }],
      ["/export", { headers }],
      ["/predict?topK=0", { method: "POST", headers, body: new Uint8Array(9) }],
      ["/predict", post],
      ["/finetune", post],
      ["/labels", post],
      ["/rollback", post],
    ] as const
  ) {
    const response = await app.request(path, init);
    await response.bytes();
    console.log(`${path} ${response.status}`);
  }
}

// As in a server: the first timer would need descriptors otherwise.
Deno.addSignalListener("SIGINT", () => Deno.exit(1));
await open();
await loadLate();
const taken: Deno.FsFile[] = [];
try {
  for (;;) taken.push(Deno.openSync("/dev/null"));
} catch { // there are no more
  await answers();
}
taken.forEach((file) => file.close());
await close();
