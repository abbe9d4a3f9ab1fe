import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import { once } from "node:events";
import { after, before, beforeEach, test } from "node:test";
import { Live, type Pace } from "../src/live.ts";

// A server that tells, or that is full; and a page that counts its questions.
const listeners = new Set<ServerResponse>();
let full = false;
let refused = 0;
const server = createServer((request, answer) => {
  assert.equal(request.url, "/api/v1/events");
  if (full) {
    refused += 1;
    answer.writeHead(503, { "Content-Type": "application/problem+json", "Retry-After": "2" }).end("{}");
    return;
  }
  answer.writeHead(200, { "Content-Type": "text/event-stream" });
  answer.write("retry: 10\n\n");
  listeners.add(answer);
  answer.on("close", () => listeners.delete(answer));
});

function tell(id: string): void {
  for (const each of listeners) each.write(`id: ${id}\nevent: current\ndata: {}\n\n`);
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const SLOW: Pace = { askMs: 1e6, laterMs: 1, againMs: 1e6, staleMs: [1, 2] };

function follow(pace: Partial<Pace>, answers: string[] = []): { live: Live; asked: string[]; known: () => string } {
  const asked: string[] = [];
  let tag = "first";
  const ask = async (): Promise<void> => {
    tag = answers.shift() ?? tag;
    asked.push(tag);
  };
  const { port } = server.address() as { port: number };
  const live = new Live(`http://127.0.0.1:${port}/api/v1/events`, { ask, known: () => tag }, { ...SLOW, ...pace });
  live.start();
  return { live, asked, known: () => tag };
}

before(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
after(() => server.close());
beforeEach(() => {
  full = false;
  refused = 0;
});

test("what is told is asked for at once, and only when it is new", async () => {
  const { live, asked, known } = follow({}, ["second"]);
  await until(() => listeners.size === 1 && live.listening);
  tell("first");
  tell("second");
  await until(() => known() === "second");
  assert.deepEqual(asked, ["second"]);
  live.stop();
  await until(() => listeners.size === 0); // the place is free again
});

test("an old answer from a cache on the way is asked for again, and not for ever", async () => {
  const { live, asked, known } = follow({}, ["first", "second"]);
  await until(() => live.listening);
  tell("second");
  await until(() => known() === "second");
  assert.equal(asked.length, 2);
  tell("third");
  await until(() => asked.length === 5);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(asked.length, 5);
  live.stop();
});

test("a page that finds no stream free asks regularly, and stops asking once it is told", async () => {
  full = true;
  const { live, asked } = follow({ askMs: 20, againMs: 150 });
  await until(() => refused > 0 && asked.length > 2);
  assert.ok(!live.listening);
  full = false;
  await until(() => live.listening);
  const before = asked.length;
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(asked.length, before);
  live.stop();
});

test("while a stream is broken off the page asks, and it comes back by itself", async () => {
  const { live, asked } = follow({ askMs: 5 });
  await until(() => live.listening);
  full = true;
  const before = asked.length;
  for (const each of listeners) each.destroy();
  await until(() => asked.length > before);
  live.stop();
});
