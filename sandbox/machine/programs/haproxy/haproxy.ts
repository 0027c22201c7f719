import { once } from 'node:events';
import { createServer as createHttps } from 'node:https';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { addressMatches, verdictOf } from '../../firewall.js';
import { settingOf } from '../../kernel.js';
import type { SimulatedMachine } from '../../machine.js';
import type { Program, RunningProgram } from '../program.js';
import { readConfiguration, type Bind, type Configuration, type Frontend } from './configuration.js';
import { openSessions, type Sessions } from './sessions.js';
import { answerStatistics } from './statistics.js';

export const configurationFile = '/etc/haproxy/haproxy.cfg';

/** HAProxy, as its unit starts it. */
export const haproxy: Program = { unit: 'haproxy.service', start: startHaproxy };

/**
 * Reads a configuration with the files that it names.
 * @throws Error as `haproxy -c` would say it
 */
export async function checkedConfiguration(
  machine: SimulatedMachine,
  file: string,
): Promise<{ configuration: Configuration; files: Map<string, string> }> {
  const text = await machine.files.text(file);
  if (text === undefined)
    throw new Error(`[ALERT] config : Could not open configuration file ${file} : No such file`);
  const configuration = readConfiguration(text, file);
  if (configuration.frontends.length === 0)
    throw new Error("[ALERT] config : No enabled listener found (check for 'bind' directives) ! Exiting.");
  const files = new Map<string, string>();
  for (const { bind, statistics, name } of configuration.frontends)
    for (const path of [bind?.certificate, statistics?.login]) {
      if (path === undefined) continue;
      const content = await machine.files.text(path);
      if (content === undefined)
        throw new Error(`[ALERT] config : Proxy '${name}': unable to load file '${path}' : No such file`);
      if (path === bind?.certificate && !/PRIVATE KEY[^]*BEGIN CERTIFICATE/.test(content))
        throw new Error(`[ALERT] config : Proxy '${name}': unable to load certificate from file '${path}'.`);
      files.set(path, content);
    }
  return { configuration, files };
}

type InForce = { configuration: Configuration; files: Map<string, string>; sessions: Sessions };
type Listening = { bind: Bind; server: NetServer; sockets: Set<Socket> };

async function startHaproxy(machine: SimulatedMachine): Promise<RunningProgram> {
  let force: InForce | undefined;
  const listening = new Map<string, Listening>();
  const unixSockets = new Set<string>();

  const frontendAt = (key: string): Frontend | undefined =>
    force?.configuration.frontends.find(({ bind }) => bind && keyOf(bind) === key);

  /** A virtual address is on the network only where it is held. */
  const isHere = ({ address }: Bind): boolean => address === machine.address || machine.held.has(address);

  const listenOn = async (bind: Bind): Promise<void> => {
    const key = keyOf(bind);
    const sockets = new Set<Socket>();
    const accept = (socket: Socket, done: (frontend: Frontend) => void): void => {
      sockets.add(socket);
      socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket));
      const frontend = frontendAt(key);
      const packet = { source: socket.remoteAddress ?? '', protocol: 'tcp', port: bind.port } as const;
      // A dropped packet gets no answer at all.
      if (verdictOf(machine.firewall.values(), packet) !== 'accept') return void socket.pause();
      if (!frontend) return void socket.resetAndDestroy();
      done(frontend);
    };
    const { statistics, bind: asked } = frontendAt(key)!;
    const server: NetServer =
      statistics && asked?.certificate !== undefined
        ? statisticsServer(statistics.login, asked.certificate)
        : createServer((socket) => accept(socket, (frontend) => force!.sessions.accept(frontend, socket)));
    server.unref();
    server.listen(bind.port, bind.address);
    try {
      await once(server, 'listening');
      listening.set(key, { bind, server, sockets });
    } catch (error) {
      // Below 1024 a process without that right listens in the simulated network alone.
      if ((error as NodeJS.ErrnoException).code !== 'EACCES')
        throw new Error(`[ALERT] cannot bind socket (${(error as Error).message}) [${key}]`);
      machine.say(`haproxy: ${key} is open inside the simulated network only: no right to listen below 1024`);
    }
  };

  const statisticsServer = (login: string, certificate: string): NetServer => {
    const pem = force!.files.get(certificate)!;
    return createHttps({ key: pem, cert: pem }, (request, response) => {
      const allowed = force!.configuration.frontends.find(({ statistics }) => statistics)?.sources ?? [];
      const source = request.socket.remoteAddress ?? '';
      const packet = { source, protocol: 'tcp', port: request.socket.localPort ?? 0 } as const;
      if (
        verdictOf(machine.firewall.values(), packet) !== 'accept' ||
        !allowed.some((pattern) => addressMatches(source, pattern))
      )
        return void request.socket.destroy();
      answerStatistics(force!.files.get(login)!.trim(), force!.sessions.states(), request, response);
    });
  };

  const close = (key: string): void => {
    const { server, sockets } = listening.get(key)!;
    listening.delete(key);
    server.close();
    for (const socket of sockets) socket.destroy();
  };

  /** Opens what is to be here and closes what is not any more. */
  let settling = Promise.resolve();
  const settle = (): Promise<void> => (settling = settling.catch(() => undefined).then(settleNow));
  const settleNow = async (): Promise<void> => {
    const wanted = new Map(
      bindsOf(force)
        .filter(isHere)
        .map((bind) => [keyOf(bind), bind]),
    );
    for (const key of [...listening.keys()]) if (!wanted.has(key)) close(key);
    for (const [key, bind] of wanted) if (!listening.has(key)) await listenOn(bind);
  };

  const load = async (): Promise<void> => {
    const { configuration, files } = await checkedConfiguration(machine, configurationFile);
    const nonlocal = (await settingOf(machine, 'net.ipv4.ip_nonlocal_bind')) === '1';
    for (const bind of configuration.frontends.flatMap((frontend) => frontend.bind ?? []))
      if (!isHere(bind) && !nonlocal)
        throw new Error(`[ALERT] cannot bind socket (Cannot assign requested address) [${keyOf(bind)}]`);
    const before = force;
    force = { configuration, files, sessions: openSessions(machine, configuration) };
    before?.sessions.retire();
    // A certificate is read when a socket is made: statistics get a new one.
    for (const [key, { bind }] of [...listening]) if (bind.certificate !== undefined) close(key);
    await settle();
    for (const path of unixSockets) machine.unixSockets.delete(path);
    unixSockets.clear();
    for (const { unixSocket, answer } of configuration.frontends) {
      if (unixSocket === undefined || answer === undefined) continue;
      machine.unixSockets.set(unixSocket, () => ({ status: 200, body: answer }));
      unixSockets.add(unixSocket);
    }
    machine.changed('haproxy');
  };

  await load();
  const unwatch = machine.onChange((what) => (what === 'addresses' ? settle() : undefined));
  return {
    reload: load,
    stop: () => {
      unwatch();
      for (const key of [...listening.keys()]) close(key);
      for (const path of unixSockets) machine.unixSockets.delete(path);
      force?.sessions.retire();
      machine.changed('haproxy');
    },
    sockets: () => bindsOf(force),
  };
}

function keyOf({ address, port }: Bind): string {
  return `${address}:${port}`;
}

function bindsOf(force: InForce | undefined): Bind[] {
  return force?.configuration.frontends.flatMap(({ bind }) => bind ?? []) ?? [];
}
