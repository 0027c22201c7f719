import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { platformCertificate } from './platform-certificate.js';

/** What befalls the next request with this method whose path ends so. */
export type ProxyFault = {
  method: string;
  path: RegExp;
  /** `lose-answer` lets it succeed and breaks the connection; `cut-answer` and `cut-request` break it after so many bytes. */
  kind: 'lose-answer' | 'cut-answer' | 'cut-request';
  afterBytes?: number;
};

export type FaultyProxy = {
  url: string;
  ca: string;
  fail: (fault: ProxyFault) => void;
  /** Requests so far as `METHOD /path`, with the range that was asked for. */
  requests: string[];
  close: () => Promise<void>;
};

/** An HTTPS server in front of another one, that breaks connections when it is told to. */
export async function startFaultyProxy(target: { url: string; ca: string }): Promise<FaultyProxy> {
  const { ca, certificate, key } = await platformCertificate();
  const agent = new Agent({ ca: target.ca, keepAlive: true });
  const faults: ProxyFault[] = [];
  const requests: string[] = [];
  const forward = (incoming: IncomingMessage, response: ServerResponse): void => {
    const { method = 'GET', url = '/', headers } = incoming;
    const path = url.split('?')[0]!;
    requests.push(`${method} ${path}${headers.range === undefined ? '' : ` ${headers.range}`}`);
    const index = faults.findIndex((fault) => fault.method === method && fault.path.test(path));
    const fault = index < 0 ? undefined : faults.splice(index, 1)[0];
    const breakOff = (): void => void incoming.socket.destroy();
    const outgoing = request(new URL(url, target.url), { method, headers, agent });
    outgoing.on('error', breakOff);
    outgoing.on('response', (answer) => {
      if (fault?.kind === 'lose-answer') return breakOff();
      let sent = 0;
      answer.on('error', breakOff);
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('data', (part: Buffer) => {
        sent += part.length;
        response.write(part);
        if (fault?.kind === 'cut-answer' && sent >= (fault.afterBytes ?? 0)) {
          answer.destroy();
          // What was written has left this process before the connection ends.
          response.write(Buffer.alloc(0), breakOff);
        }
      });
      answer.on('end', () => response.end());
    });
    let received = 0;
    incoming.on('data', (part: Buffer) => {
      received += part.length;
      if (fault?.kind === 'cut-request' && received >= (fault.afterBytes ?? 0)) {
        outgoing.write(part, () => {
          outgoing.destroy();
          breakOff();
        });
        incoming.pause();
        return;
      }
      outgoing.write(part);
    });
    incoming.on('end', () => outgoing.end());
  };
  const server = createServer({ cert: certificate, key }, forward).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca,
    fail: (fault) => void faults.push(fault),
    requests,
    close: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
