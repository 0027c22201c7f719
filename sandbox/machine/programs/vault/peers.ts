import { request, Agent } from 'node:https';
import { connect } from 'node:tls';
import type { SimulatedMachine } from '../../machine.js';
import { dial } from '../dial.js';

export type Asked = {
  method: string;
  url: string;
  ca: string | undefined;
  headers?: Record<string, string>;
  body?: unknown;
  timeoutMs: number;
};
export type Told = { status: number; body: Buffer };

/** How a node asks others: over TLS on real connections from its machine's own address. */
export type Peers = {
  /** @throws Error when there is no answer in time, or the certificate is of another authority */
  ask: (asked: Asked) => Promise<Told>;
  /** Breaks what is open, as when the cable is pulled. */
  cut: () => void;
};

export function createPeers(machine: SimulatedMachine): Peers {
  const agents = new Map<string, Agent>();
  const agentFor = (ca: string | undefined): Agent => {
    const found = agents.get(ca ?? '');
    if (found) return found;
    const agent = new Agent({ keepAlive: true, maxSockets: 16, ...(ca === undefined ? {} : { ca }) });
    const dialled: typeof agent.createConnection = (options, callback) => {
      const { host = '', port = 0 } = options as { host?: string; port?: number };
      dial(machine, host, Number(port), 1_000).then(
        (socket) => {
          const secure = connect({ socket, host, ...(ca === undefined ? {} : { ca }) });
          secure.once('secureConnect', () => callback?.(null, secure));
          secure.once('error', (error: Error) => callback?.(error, secure));
        },
        (error: Error) => callback?.(error, undefined as never),
      );
      return undefined;
    };
    agent.createConnection = dialled;
    agents.set(ca ?? '', agent);
    return agent;
  };
  return {
    ask: ({ method, url, ca, headers = {}, body, timeoutMs }) =>
      new Promise((resolve, reject) => {
        const text = body === undefined ? '' : JSON.stringify(body);
        const signal = AbortSignal.timeout(timeoutMs);
        const sent = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
        const asked = request(
          new URL(url),
          { method, agent: agentFor(ca), signal, headers: { ...sent, ...headers } },
          (answer) => {
            const parts: Buffer[] = [];
            answer.on('data', (part: Buffer) => parts.push(part));
            answer.on('error', reject);
            answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts) }));
          },
        );
        asked.on('error', reject);
        asked.end(text);
      }),
    cut: () => {
      for (const agent of agents.values()) agent.destroy();
      agents.clear();
    },
  };
}
