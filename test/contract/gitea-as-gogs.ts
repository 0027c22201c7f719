import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ProxyOptions } from './losing-proxy.js';

/** A request that Gitea wants or answers otherwise than Gogs 0.14 does. */
type Difference = {
  /** As `METHOD /path`. */
  request: RegExp;
  path?: string;
  body?: (asked: object) => object;
  /** Gogs' status for Gitea's. */
  status?: (status: number, said: string) => number;
};

const differences: readonly Difference[] = [
  {
    request: /^POST \/api\/v1\/users\/[^/]+\/tokens$/,
    body: (asked) => ({ ...asked, scopes: ['all'] }),
    status: (status) => (status === 400 ? 422 : status),
  },
  { request: /^POST \/api\/v1\/user\/orgs$/, path: '/api/v1/orgs' },
  {
    request: /^POST \/api\/v1\/org\/[^/]+\/repos$/,
    status: (status, said) => (status === 409 ? 422 : said.includes('org does not exist') ? 404 : status),
  },
];

/** Stands in front of Gitea and makes of it what Gogs is; what is in no difference passes as it is. */
export async function giteaAsGogs({
  address,
  certificate,
  key,
  target,
  ca,
}: ProxyOptions): Promise<{ url: string; close: () => Promise<void> }> {
  const agent = new Agent({ keepAlive: true, ca });
  const server = createServer({ cert: certificate, key }, (incoming, outgoing) => {
    forward(incoming, outgoing, target, agent).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    url: `https://${address}:${(server.address() as AddressInfo).port}`,
    close: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: string,
  agent: Agent,
): Promise<void> {
  const { method = 'GET', url = '/' } = incoming;
  const difference = differences.find((one) => one.request.test(`${method} ${url}`));
  const asked = await bytesOf(incoming);
  const body =
    difference?.body === undefined
      ? asked
      : Buffer.from(JSON.stringify(difference.body(JSON.parse(asked.toString()) as object)));
  const headers: NodeJS.Dict<string | string[]> = {
    ...incoming.headers,
    'content-length': String(body.length),
  };
  delete headers['host'];
  delete headers['transfer-encoding'];
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const address = new URL(difference?.path ?? url, target);
    request(address, { method, headers, agent }, resolve).on('error', reject).end(body);
  });
  const said = await bytesOf(answer);
  const { statusCode = 502 } = answer;
  outgoing
    .writeHead(difference?.status?.(statusCode, said.toString()) ?? statusCode, answer.headers)
    .end(said);
}

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
