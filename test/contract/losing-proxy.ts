import { createServer } from 'node:https';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';

export type LosingProxy = {
  url: string;
  /** The next answer to a request that this accepts is lost after the other side has given it. */
  lose: (matches: (method: string, path: string) => boolean) => void;
  lost: () => string[];
  close: () => Promise<void>;
};

export type ProxyOptions = {
  /** Address that it listens on, and its certificate. */
  address: string;
  certificate: string;
  key: string;
  /** The system behind it and the authority that it trusts. */
  target: string;
  ca: string;
};

/** Forwards HTTPS and cuts connections after a success, as a network does that breaks at the wrong moment. */
export async function losingProxy({
  address,
  certificate,
  key,
  target,
  ca,
}: ProxyOptions): Promise<LosingProxy> {
  const lost: string[] = [];
  let due: ((method: string, path: string) => boolean) | undefined;
  const agent = new Agent({ keepAlive: true, ca });
  const server = createServer({ cert: certificate, key }, (incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming;
    const kept = { ...headers };
    delete kept.host;
    const forwarded = request(new URL(url, target), { method, headers: kept, agent });
    forwarded.on('response', (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        if (due?.(method, url) && (answer.statusCode ?? 500) < 300) {
          due = undefined;
          lost.push(`${method} ${url}`);
          incoming.socket.destroy();
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(Buffer.concat(parts));
      });
    });
    forwarded.on('error', () => incoming.socket.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    url: `https://${address}:${(server.address() as AddressInfo).port}`,
    lose: (matches) => (due = matches),
    lost: () => lost,
    close: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
