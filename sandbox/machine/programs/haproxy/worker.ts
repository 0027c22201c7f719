import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Socket } from 'node:net';
import type { SimulatedMachine } from '../../machine.js';
import type { Endpoint } from '../listening.js';
import type { HttpAnswer, HttpQuestion } from '../program.js';
import type { Bind, HaproxyConfiguration, Proxy, Sample } from './configuration.js';
import { createFarm, type Farm } from './farm.js';
import { forward } from './forward.js';
import { answerHttp } from './http-answer.js';
import { createSourceTable, type SourceTable } from './source-table.js';
import type { Statistics } from './statistics.js';

/** One text in force: a reload makes another, and this one keeps the connections that it has. */
export type Worker = {
  accept: (endpoint: Endpoint, socket: Socket) => void;
  /** Answers behind a Unix socket of the configuration. */
  answer: (path: string, question: HttpQuestion) => HttpAnswer;
  /** Checks end at once, connections after `hard-stop-after`. */
  retire: () => void;
};

type Door = {
  frontend: Proxy;
  table: SourceTable;
  open: number;
  total: number;
  waiting: Socket[];
  /** Takes the connections of an HTTP frontend. */
  http: ((socket: Socket) => void) | undefined;
};

export function startWorker(machine: SimulatedMachine, configuration: HaproxyConfiguration): Worker {
  const { frontends, backends, maxconn, hardStopMs } = configuration;
  const farms = new Map<string, Farm>(
    [...backends].map(([name, backend]) => [name, createFarm(machine, backend)]),
  );
  const sockets = new Set<Socket>();
  const statistics = (): Statistics => ({
    frontends: [...doors.values()].map(({ frontend: { name }, open, total }) => ({ name, open, total })),
    servers: [...farms].flatMap(([backend, farm]) =>
      farm.servers.map((server) => ({
        backend,
        name: server.settings.name,
        up: farm.isUp(server),
        open: server.sessions.size,
      })),
    ),
  });
  const doors = new Map(
    frontends.flatMap((frontend) => {
      const table = createSourceTable();
      return frontend.binds.map((bind): [string, Door] => [
        keyOf(bind),
        { frontend, table, open: 0, total: 0, waiting: [], http: httpServer(frontend, bind, statistics) },
      ]);
    }),
  );

  /** One above the limits waits, as in the kernel's queue, until another has gone. */
  const hasRoom = ({ open, frontend }: Door): boolean => open < frontend.maxconn && sockets.size < maxconn;
  const letIn = (door: Door, socket: Socket): void => {
    if (socket.destroyed) return;
    door.open += 1;
    door.total += 1;
    sockets.add(socket);
    socket.once('close', () => {
      door.open -= 1;
      sockets.delete(socket);
      for (const next of doors.values())
        while (next.waiting.length > 0 && hasRoom(next)) letIn(next, next.waiting.shift()!);
    });
    greet(door, socket);
  };
  const greet = ({ frontend, table, http }: Door, socket: Socket): void => {
    const sample = sampleOf(frontend, table, socket);
    if (!sample) return void socket.destroy();
    if (http) return http(socket);
    return void forward(machine, frontend, farms, socket, sample);
  };

  return {
    accept: (endpoint, socket) => {
      const door = doors.get(keyOf({ kind: 'tcp', where: '', ...endpoint }));
      if (!door) socket.destroy();
      else if (hasRoom(door)) letIn(door, socket);
      else door.waiting.push(socket);
    },
    answer: (path, question) => {
      const { frontend } = doors.get(path)!;
      return answerHttp(frontend, { source: '', connections: 0, newConnections: 0 }, question, statistics);
    },
    retire: () => {
      for (const farm of farms.values()) farm.stop();
      if (hardStopMs === undefined) return;
      setTimeout(() => sockets.forEach((socket) => void socket.destroy()), hardStopMs).unref();
    },
  };
}

function keyOf(bind: Bind): string {
  return bind.kind === 'unix' ? bind.path : `${bind.address}:${bind.port}`;
}

/** Goes through the rules for connections; undefined when one rejects. */
function sampleOf(frontend: Proxy, table: SourceTable, socket: Socket): Sample | undefined {
  const sample: Sample = { source: socket.remoteAddress ?? '', connections: 0, newConnections: 0 };
  for (const { action, holds } of frontend.connectionRules) {
    if (!holds(sample)) continue;
    if (action === 'accept') break;
    if (action === 'reject') return undefined;
    socket.once('close', table.track(sample.source));
    sample.connections = table.connections(sample.source);
    sample.newConnections = table.newConnections(sample.source);
  }
  return sample;
}

/** Its server never listens: it is given connections that have passed the frontend's rules. */
function httpServer(frontend: Proxy, bind: Bind, statistics: () => Statistics): Door['http'] {
  if (frontend.mode !== 'http') return undefined;
  const listener: RequestListener = (request, response) => {
    const { method = 'GET', url: path = '/', headers } = request;
    const question = { method, path, host: headers.host ?? '', authorization: headers.authorization ?? '' };
    const source = request.socket.remoteAddress ?? '';
    const answer = answerHttp(frontend, { source, connections: 0, newConnections: 0 }, question, statistics);
    response
      .writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) })
      .end(answer.body);
  };
  const pem = bind.kind === 'tcp' ? bind.pem : undefined;
  const server =
    pem === undefined
      ? createServer(listener)
      : createSecureServer(
          { key: pem, cert: pem, minVersion: 'TLSv1.2', ALPNProtocols: ['http/1.1'] },
          listener,
        );
  server.on('tlsClientError', (_error, socket: Socket) => socket.destroy());
  return (socket) => void server.emit('connection', socket);
}
