// Two ends of a way through the laboratory's network: `peer.mjs serve` on a machine, and where the worker runs
// `peer.mjs connect|send|datagrams ADDRESS PORT COUNT`, which prints what it measured as JSON, or `peer.mjs poll ADDRESS
// PORT`, which prints the time of each of ten connections a second that stood.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const [what, address, port, count] = process.argv.slice(2);

function serve() {
  createServer({ allowHalfOpen: true }, (connection) => {
    connection.on('error', () => undefined).on('end', () => connection.end());
    connection.resume();
  }).listen(port, () => console.log('ready'));
  const socket = createSocket('udp4');
  socket.on('message', (content, { address: from, port: back }) => socket.send(content, back, from));
  socket.bind(port);
}

/** Milliseconds until a connection stands, which is one round trip; of each of `count` connections. */
async function connectTimes() {
  const times = [];
  for (let i = 0; i < count; i += 1) {
    const started = performance.now();
    const connection = connect(port, address);
    await once(connection, 'connect');
    times.push(performance.now() - started);
    connection.destroy();
  }
  return times;
}

/** Mbit/s of `count` MiB through one connection. */
async function send() {
  const connection = connect(port, address);
  await once(connection, 'connect');
  const started = performance.now();
  const part = Buffer.alloc(1024 ** 2);
  for (let i = 0; i < count; i += 1) if (!connection.write(part)) await once(connection, 'drain');
  connection.end();
  connection.resume();
  await once(connection, 'end');
  return (count * 8 * 1.048576) / ((performance.now() - started) / 1000);
}

/** Which of `count` numbered datagrams were answered. */
async function datagrams() {
  const answered = [];
  const socket = createSocket('udp4');
  socket.on('message', (content) => answered.push(content.readUInt32BE()));
  for (let i = 0; i < count; i += 1) {
    const content = Buffer.alloc(100);
    content.writeUInt32BE(i);
    socket.send(content, port, address);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  socket.close();
  return answered;
}

function poll() {
  setInterval(() => {
    const connection = connect(port, address);
    const giveUp = setTimeout(() => connection.destroy(), 500);
    connection.on('error', () => undefined).on('close', () => clearTimeout(giveUp));
    connection.on('connect', () => {
      console.log(Date.now());
      connection.destroy();
    });
  }, 100);
}

if (what === 'serve') serve();
else if (what === 'poll') poll();
else console.log(JSON.stringify(await { connect: connectTimes, send, datagrams }[what]()));
