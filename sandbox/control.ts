import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import { z } from 'zod';
import type { FaultBook } from './faults.js';
import type { Journal } from './runtime.js';

export type ControlOptions = {
  port: number;
  journal: Journal;
  faults: FaultBook;
  /** What still exists in the simulated world, by kind. */
  leftovers: () => Record<string, unknown[]>;
  /** Lines that a machine printed to its console. */
  consoleOf: (machine: string) => readonly string[] | undefined;
  /** What befalls single machines: each throws when the machine is not there or not in a state for it. */
  disturb: Record<'cut' | 'unplug' | 'plug' | 'power-off' | 'power-on', (machine: string) => Promise<void>>;
  /** Kills what a unit of a machine does. */
  kill: (machine: string, unit: string) => Promise<void>;
};

const KillRequest = z.strictObject({ unit: z.string() });

/** The sandbox's own HTTP API, for tests and the curious: journal, leftovers, faults, consoles. */
export async function startControl(options: ControlOptions): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    answer(options, request).then(
      ({ status, body }) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
      (error: unknown) =>
        response
          .writeHead(400, { 'content-type': 'application/json' })
          .end(JSON.stringify({ error: (error as Error).message })),
    );
  });
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, server };
}

async function answer(
  options: ControlOptions,
  request: IncomingMessage,
): Promise<{ status: number; body: unknown }> {
  const url = new URL(request.url ?? '/', 'http://sandbox');
  const route = `${request.method ?? 'GET'} ${url.pathname}`;
  if (route === 'GET /health') return { status: 200, body: { ok: true } };
  if (route === 'GET /journal') return { status: 200, body: filtered(options.journal, url.searchParams) };
  if (route === 'GET /leftovers') return { status: 200, body: options.leftovers() };
  if (route === 'POST /faults') {
    options.faults.arm(JSON.parse(await text(request)));
    return { status: 201, body: { armed: true } };
  }
  if (route === 'GET /faults') return { status: 200, body: options.faults.armed() };
  if (route === 'DELETE /faults') {
    options.faults.disarm();
    return { status: 200, body: { armed: false } };
  }
  const [, subject = '', what = ''] =
    /^POST \/machines\/([^/]+)\/(cut|unplug|plug|power-off|power-on)$/.exec(route) ?? [];
  if (subject !== '') {
    await options.disturb[what as keyof ControlOptions['disturb']](decodeURIComponent(subject));
    return { status: 200, body: { done: true } };
  }
  const killed = /^POST \/machines\/([^/]+)\/kill$/.exec(route)?.[1];
  if (killed !== undefined) {
    await options.kill(decodeURIComponent(killed), KillRequest.parse(JSON.parse(await text(request))).unit);
    return { status: 200, body: { done: true } };
  }
  const machine = /^GET \/machines\/([^/]+)\/console$/.exec(route)?.[1];
  const lines = machine === undefined ? undefined : options.consoleOf(decodeURIComponent(machine));
  return lines ? { status: 200, body: lines } : { status: 404, body: { error: `there is no ${route}` } };
}

function filtered(journal: Journal, query: URLSearchParams): unknown[] {
  return journal
    .entries()
    .filter((entry) =>
      (['system', 'effect', 'subject'] as const).every(
        (key) => !query.has(key) || entry[key] === query.get(key),
      ),
    );
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
