/** The least app that Hono makes: what a cold start is compared with. @module */

import { Hono } from "hono";

const app = new Hono().get("/", (c) => c.text("Hello"));

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`http://127.0.0.1:${port}`),
}, app.fetch);
