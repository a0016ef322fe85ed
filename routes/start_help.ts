/** The help of `deno task start`. @module */

/** Variables of the environment, what they set, and their defaults. */
const VARIABLES: readonly (readonly [name: string, what: string])[] = [
  ["HOST", "address to listen on (127.0.0.1)"],
  ["PORT", "port to listen on; 0 takes a free one (8000)"],
  ["MODEL", "the weights file (weights/office31.safetensors)"],
  ["STORE", "a Deno KV file, memory, or postgres://… (.data/tandem.kv)"],
  ["KEEP_VERSIONS", "versions kept, besides tagged ones (100)"],
  ["PREDICT_KEY", "keys of predictions (none: open to everyone)"],
  [
    "FINETUNE_KEY",
    "keys of fine-tuning (made at start on loopback, else closed)",
  ],
  ["ADMIN_KEY", "keys of everything (made at start on loopback, else closed)"],
  [
    "KEY_REQUESTS_PER_MINUTE",
    "requests that one key may send; 0 for any number (0)",
  ],
  [
    "KEY_EXAMPLES_PER_HOUR",
    "examples that one key may teach; 0 for any number (0)",
  ],
  [
    "ALLOWED_HOSTS",
    "names, separated by commas, that a proxy passes on to loopback (none)",
  ],
  ["CORS_ORIGIN", "origin of pages that may call, or * (none)"],
  ["LOG", "a line or json for each request, or none (line)"],
  ["OTEL_DENO", "true to export traces and metrics to OpenTelemetry (false)"],
  ["MAX_BODY_BYTES", "largest request body (10485760)"],
  ["MAX_HELD_BYTES", "bytes of all bodies in progress (67108864)"],
  ["BODY_SECONDS", "time for a body to arrive (30)"],
  ["MAX_PIXELS", "largest image (25000000)"],
  ["MAX_IMAGES", "images in one request (32)"],
  ["MAX_PARTS", "parts in one form (128)"],
  ["MAX_JSON_DEPTH", "levels of nested arrays and objects (16)"],
  ["DECODE_SECONDS", "time to decode one image (10)"],
  ["DECODERS", "workers that decode images (the processors, 2 to 4)"],
  ["MAX_REQUESTS", "requests in progress (4096)"],
];

/** The help. */
export function startHelp(): string {
  const width = Math.max(...VARIABLES.map(([name]) => name.length));
  return [
    "Usage: [VARIABLE=value…] deno task start",
    "",
    "Serves the model over HTTP until it is interrupted. The environment sets:",
    "",
    ...VARIABLES.map(([name, what]) => `  ${name.padEnd(width)}  ${what}`),
    "",
    "A key setting is one key, or name=key pairs separated by commas; a key may be",
    "sha256: and its digest. The API is shown on /docs of the running server.",
  ].join("\n");
}
