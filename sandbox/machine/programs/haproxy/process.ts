import { settingOf } from '../../kernel.js';
import type { SimulatedMachine } from '../../machine.js';
import { createListening } from '../listening.js';
import type { Program, Running } from '../program.js';
import type { Bind, HaproxyConfiguration } from './configuration.js';
import { readConfiguration } from './parser.js';
import { startWorker } from './worker.js';

const file = '/etc/haproxy/haproxy.cfg';

/** haproxy.service of Debian: one master, a worker for each text that was in force and still has connections. */
export const haproxy: Program = { start };

async function start(machine: SimulatedMachine): Promise<Running> {
  // The package's tmpfiles.d does that at each boot.
  await machine.files.mkdir('/run/haproxy', { recursive: true });
  let configuration = await readConfiguration(machine, [file]);
  const problem = await startProblem(machine, configuration);
  if (problem !== undefined) throw new Error(problem);
  let worker = startWorker(machine, configuration);
  const listening = createListening(machine, (endpoint, socket) => worker.accept(endpoint, socket));
  const settle = (): void => listening.settle(tcpBinds(configuration));
  const answerUnix = (): void => {
    for (const bind of configuration.frontends.flatMap(({ binds }) => binds))
      if (bind.kind === 'unix')
        machine.unixSockets.set(bind.path, (question) => worker.answer(bind.path, question));
  };
  const forgetUnix = (): void => {
    for (const bind of configuration.frontends.flatMap(({ binds }) => binds))
      if (bind.kind === 'unix') machine.unixSockets.delete(bind.path);
  };
  const end = (): void => {
    forgetUnix();
    worker.retire();
    listening.close();
  };
  settle();
  answerUnix();
  return {
    reload: async () => {
      const next = await readConfiguration(machine, [file]);
      // The unit's reload checks the text alone; of a worker that then does not start, it hears nothing.
      const hindered = await startProblem(machine, next);
      if (hindered !== undefined) return machine.say(`haproxy: reload failed: ${hindered}`);
      worker.retire();
      forgetUnix();
      [configuration, worker] = [next, startWorker(machine, next)];
      settle();
      answerUnix();
    },
    stop: end,
    kill: end,
    changed: settle,
    listeners: () =>
      tcpBinds(configuration).map(({ address, port }) => ({
        protocol: 'tcp',
        address,
        port,
        process: 'haproxy',
      })),
  };
}

type TcpBind = Extract<Bind, { kind: 'tcp' }>;

function tcpBinds({ frontends }: HaproxyConfiguration): TcpBind[] {
  return frontends.flatMap(({ binds }) => binds).filter((bind) => bind.kind === 'tcp');
}

/** Why a text cannot be served here and now, in HAProxy's words. */
async function startProblem(
  machine: SimulatedMachine,
  configuration: HaproxyConfiguration,
): Promise<string | undefined> {
  const { chroot } = configuration;
  if (chroot !== undefined && !(await machine.files.exists(chroot)))
    return `[haproxy.main()] Cannot chroot1(${chroot}).`;
  const anywhere = (await settingOf(machine, 'net.ipv4.ip_nonlocal_bind')) === '1';
  const others = machine.listeners().filter(({ process }) => process !== 'haproxy');
  for (const { name, binds } of configuration.frontends)
    for (const bind of binds) {
      const problem =
        bind.kind === 'tcp'
          ? bindProblem(machine, bind, anywhere, others)
          : await folderProblem(machine, bind.path);
      if (problem === undefined) continue;
      const at = bind.kind === 'tcp' ? `${bind.address}:${bind.port}` : bind.path;
      return `Binding [${bind.where}] for frontend ${name}: cannot bind socket (${problem}) for [${at}]`;
    }
  return undefined;
}

function bindProblem(
  machine: SimulatedMachine,
  { address, port }: TcpBind,
  anywhere: boolean,
  others: ReturnType<SimulatedMachine['listeners']>,
): string | undefined {
  if (!anywhere && address !== machine.address && !machine.heldAddresses.has(address))
    return 'Cannot assign requested address';
  const taken = others.some(
    (other) => other.protocol === 'tcp' && other.port === port && (other.address ?? address) === address,
  );
  return taken ? 'Address already in use' : undefined;
}

async function folderProblem(machine: SimulatedMachine, path: string): Promise<string | undefined> {
  const folder = path.slice(0, path.lastIndexOf('/'));
  return (await machine.files.exists(folder)) ? undefined : 'No such file or directory';
}
