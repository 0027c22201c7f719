// Servers behind a pair of load balancers and clients in front of it, in a process of their own because they must run in a
// network namespace. Argument: what to do, as JSON. Prints JSON lines.
import { createServer } from 'node:net';
import { createServer as createHttps } from 'node:https';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { connect, TLSSocket } from 'node:tls';

const task = JSON.parse(process.argv[2]);
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
await { serve, poll, once, many }[task.do]();

/** 443 behind the PROXY protocol tells who the client is; 6443 and 9345 answer what a health check asks. */
async function serve() {
  const pem = readFileSync(task.certificate);
  const tls = { key: pem, cert: pem };
  for (const address of task.addresses) {
    const ingress = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('readable', () => behindProxy(socket, address, tls));
    });
    await new Promise((resolve) => ingress.listen({ port: 443, host: address, backlog: 2048 }, resolve));
    for (const [port, path] of [
      [6443, '/readyz'],
      [9345, '/ping'],
    ]) {
      const server = createHttps(tls, (request, response) =>
        response.writeHead(request.url === path ? 200 : 404).end(address),
      );
      await new Promise((resolve) => server.listen(port, address, resolve));
    }
  }
  say({ ready: true });
}

/** haproxy.org, proxy-protocol.txt, section 2.2: 12 bytes of signature, command, family, length, addresses. */
function behindProxy(socket, server, tls) {
  const head = socket.read(16);
  if (head === null || head.toString('latin1', 0, 12) !== '\r\n\r\n\0\r\nQUIT\n')
    return void socket.destroy();
  const addresses = socket.read(head.readUInt16BE(14));
  const client = head[12] === 0x21 ? [...addresses.subarray(0, 4)].join('.') : 'check';
  const secured = new TLSSocket(socket, { isServer: true, ...tls });
  secured.on('error', () => secured.destroy());
  secured.on('data', () => secured.write(`${JSON.stringify({ client, server })}\n`));
}

/** Opens a connection and asks who answers. */
function ask({ address, port, from }, timeoutMs) {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: address,
      port,
      rejectUnauthorized: false,
      ...(from && { localAddress: from }),
    });
    const timer = setTimeout(() => socket.destroy(new Error('timeout')), timeoutMs);
    socket.once('close', () => clearTimeout(timer));
    socket.on('error', reject);
    socket.once('end', () => reject(new Error('closed')));
    socket.once('secureConnect', () => socket.write(port === 443 ? 'who\n' : 'GET /readyz HTTP/1.0\r\n\r\n'));
    socket.once('data', (data) => resolve({ socket, answer: data.toString().split('\n')[0].trim() }));
  });
}

async function once() {
  try {
    const { socket, answer } = await ask(task, 3_000);
    socket.destroy();
    say({ answer });
  } catch (error) {
    say({ error: error.code ?? error.message });
  }
}

/** Ten questions a second, each a line with the time at which it was asked. */
async function poll() {
  setInterval(() => {
    const at = Date.now();
    ask(task, 500).then(
      ({ socket, answer }) => {
        socket.destroy();
        say({ at, answer });
      },
      (error) => say({ at, error: error.code ?? error.message }),
    );
  }, 100);
}

/** Opens many connections, keeps them all, and asks each again when a line comes in. */
async function many() {
  const open = [];
  const errors = [];
  const opening = [];
  for (let index = 0; index < task.count; index += 1) {
    opening.push(
      ask(task, 20_000).then(
        ({ socket }) => open.push(socket),
        (error) => errors.push(error.code ?? error.message),
      ),
    );
    if (index % 10 === 9) {
      say({ asked: index + 1 });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  await Promise.all(opening);
  say({ open: open.length, errors });
  for await (const _line of createInterface(process.stdin)) break;
  const again = await Promise.all(open.map(askAgain));
  say({ again: again.filter(Boolean).length });
  process.exit(0);
}

function askAgain(socket) {
  return new Promise((resolve) => {
    socket.once('data', () => resolve(true));
    socket.once('close', () => resolve(false));
    socket.write('who\n', (error) => error && resolve(false));
  });
}
