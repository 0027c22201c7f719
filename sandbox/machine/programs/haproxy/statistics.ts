import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Sessions } from './sessions.js';

/** What the statistics answer: Prometheus text at /metrics, a page at /, nothing without the login. */
export function answerStatistics(
  login: string,
  states: ReturnType<Sessions['states']>,
  { headers, url }: IncomingMessage,
  response: ServerResponse,
): void {
  if (headers.authorization !== login)
    return void response.writeHead(401, { 'www-authenticate': 'Basic realm="statistics"' }).end();
  if (url === '/metrics') {
    const lines = states.map(
      ({ backend, server, up }) =>
        `haproxy_server_status{proxy="${backend}",server="${server}",state="UP"} ${up ? 1 : 0}\n`,
    );
    return void response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(lines.join(''));
  }
  const known = url === '/';
  response
    .writeHead(known ? 200 : 503, { 'content-type': 'text/plain' })
    .end(known ? states.map((one) => `${Object.values(one).join(' ')}\n`).join('') : '');
}
