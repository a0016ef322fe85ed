/** Twice as many requests as a server can answer, good, bad and fine-tunes. @module */

import { photoJpeg } from "../bench/photos.ts";
import { pause } from "../../src/waiting.ts";
import type { Server } from "../bench/server.ts";
import { type Answer, KEY, quantile } from "./client.ts";
import { Connection, postRequest } from "./connection.ts";
import {
  askFor,
  compared,
  MOST_MEMORY,
  send,
  type Shown,
  statusesOf,
  watched,
} from "./sending.ts";

const CONNECTIONS = 8;
const WARM_UP = 2;
const CAPACITY = 4;
/** One in so many requests is cut short, and one in so many corrects. */
const BAD = 10;
const TEACH = 200;
/** How much more memory may be in use later on. */
const FLAT = 1.2;

/** Answers to requests at twice the rate at which the server was seen to answer them. */
export async function* overload(
  server: Server,
  seconds: number,
): AsyncGenerator<Shown> {
  const image = await photoJpeg(300);
  const good = postRequest(server, "/predict", image);
  const { url } = server;
  await askFor(server, WARM_UP, good);
  const alone = await askFor(server, CAPACITY, good);
  const rate = 2 * await perSecond(server, good);
  const version = await versionOf(server, good);
  const requests = await mixed(server, image);
  const [answers, memories] = await watched(
    server,
    () => send({ url, seconds, requests, rate }),
  );
  const moved = await versionOf(server, good) - version;
  yield statusesAt(rate, seconds, answers);
  const taught = answers.filter((_, n) => n % TEACH === 0);
  yield changes(taught, moved);
  const admitted = answers.filter(({ status }, n) =>
    n % TEACH !== 0 && status === 200
  );
  const { text, holds } = compared(admitted, alone);
  yield { text: `predictions admitted: ${text}`, holds };
  yield memory(memories);
}

/** Predictions per second of several clients, each asking one after the other. */
async function perSecond({ url }: Server, good: Uint8Array): Promise<number> {
  const answers = await send({
    url,
    seconds: CAPACITY,
    requests: [good],
    connections: CONNECTIONS,
    pause: 0,
  });
  return answers.filter(({ status }) => status === 200).length / CAPACITY;
}

async function versionOf(server: Server, good: Uint8Array): Promise<number> {
  const connection = new Connection(server);
  for (;;) {
    const { status, body } = await connection.send(good);
    if (status === 200) {
      connection.close();
      return JSON.parse(body).model.version;
    }
    await pause(100);
  }
}

/** Predictions, some of them cut short, and one fine-tune. */
async function mixed(
  server: Server,
  image: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array[]> {
  const form = new FormData();
  form.append("image", new Blob([image]), "image");
  form.append("item", "mug");
  const lesson = new Response(form);
  const teach = postRequest(server, "/finetune", await lesson.bytes(), {
    "Content-Type": lesson.headers.get("Content-Type")!,
    Authorization: `Bearer ${KEY}`,
  });
  const good = postRequest(server, "/predict", image);
  const bad = postRequest(server, "/predict", image.slice(0, image.length / 2));
  return Array.from(
    { length: TEACH },
    (_, n) => n === 0 ? teach : n % BAD === 1 ? bad : good,
  );
}

function statusesAt(
  rate: number,
  seconds: number,
  answers: readonly Answer[],
): Shown {
  return {
    text: `${
      rate.toFixed(0)
    } requests a second, twice the capacity, for ${seconds} s: ${
      statusesOf(answers)
    }`,
    holds: answers.every(({ status }) =>
      status > 0 && (status < 500 || status === 503)
    ),
  };
}

function changes(taught: readonly Answer[], moved: number): Shown {
  const accepted =
    taught.filter(({ status, body }) =>
      status === 200 && JSON.parse(body).accepted
    ).length;
  return {
    text:
      `of ${taught.length} fine-tunes ${accepted} were accepted, and the version moved by ${moved}`,
    holds: accepted === moved,
  };
}

function memory(memories: readonly number[]): Shown {
  const part = (from: number, to: number) =>
    quantile(memories.slice(from * memories.length, to * memories.length), 0.5);
  const [early, late] = [part(1 / 4, 1 / 2), part(3 / 4, 1)];
  const most = Math.max(...memories);
  return {
    text: `memory: ${early.toFixed(0)} MB in the second quarter of that time, ${
      late.toFixed(0)
    } in the last, ${most.toFixed(0)} at most`,
    holds: late < FLAT * early && most < MOST_MEMORY,
  };
}
