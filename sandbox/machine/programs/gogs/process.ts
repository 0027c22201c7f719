import { createServer } from 'node:https';
import { simulatedProgram } from '../../../store.js';
import type { SimulatedMachine } from '../../machine.js';
import { unitText } from '../../units.js';
import { createListening } from '../listening.js';
import type { Program, Running } from '../program.js';
import { readConfiguration } from './configuration.js';
import { checkOwner, openDatabase } from './database.js';
import { openDisk } from './disk.js';
import { answerClient, answerSocket } from './front.js';
import type { Gogs } from './node.js';

const version = '0.14.3';

/** Gogs as a unit starts it: `ExecStart=PROGRAM web --config FILE`. */
export function gogs(unit: string): Program {
  return {
    wanted: async (machine) => {
      const condition = /^ConditionFileNotEmpty=(\S+)$/m.exec((await unitText(machine, unit)) ?? '')?.[1];
      return condition === undefined || ((await machine.files.text(condition)) ?? '') !== '';
    },
    start: async (machine) => {
      const text = (await unitText(machine, unit)) ?? '';
      const [, program = '', file = ''] = /^ExecStart=(\S+) web --config (\S+)$/m.exec(text) ?? [];
      const account = /^User=(\S+)$/m.exec(text)?.[1] ?? 'root';
      await checkUnit(machine, text, program, account);
      const settings = await readConfiguration(machine, file, account);
      await checkOwner(machine, settings.repositories, account);
      const disk = openDisk(machine, account);
      const database = await openDatabase(machine, disk, settings.database, account);
      const node: Gogs = { machine, settings, disk, database };
      const running = settings.listen.kind === 'unix' ? listenOnSocket(node) : listenOnNetwork(node);
      return {
        ...running,
        reload: async () => Promise.reject(new Error(`Job type reload is not applicable for unit ${unit}.`)),
      };
    },
  };
}

/** @throws Error as systemd says it */
async function checkUnit(
  machine: SimulatedMachine,
  text: string,
  program: string,
  account: string,
): Promise<void> {
  if ((await machine.files.text(program)) !== simulatedProgram('gogs', version))
    throw new Error(`Failed at step EXEC spawning ${program}: no such file, or no program that can be run`);
  if (!`\n${(await machine.files.text('/etc/passwd')) ?? ''}`.includes(`\n${account}:`))
    throw new Error(`Failed to determine user credentials: No such process (${account})`);
  const folder = /^WorkingDirectory=(\S+)$/m.exec(text)?.[1];
  if (folder !== undefined && !(await machine.files.exists(folder)))
    throw new Error(
      `Changing to the requested working directory failed: No such file or directory (${folder})`,
    );
}

type Started = Omit<Running, 'reload'>;

/** A path that another program answers behind is taken over, as Gogs removes what is there. */
function listenOnSocket(node: Gogs): Started {
  const { machine, settings } = node;
  const { listen } = settings;
  if (listen.kind !== 'unix') throw new Error('no socket');
  const answer = (question: Parameters<typeof answerSocket>[1]): ReturnType<typeof answerSocket> =>
    answerSocket(node, question);
  machine.unixSockets.set(listen.path, answer);
  const end = (): void => {
    if (machine.unixSockets.get(listen.path) === answer) machine.unixSockets.delete(listen.path);
  };
  return { stop: end, kill: end, listeners: () => [] };
}

function listenOnNetwork(node: Gogs): Started {
  const { machine, settings } = node;
  const { listen } = settings;
  if (listen.kind !== 'tls') throw new Error('no address');
  const { endpoint, key, certificate: cert } = listen;
  const taken = machine
    .listeners()
    .find(({ protocol, port }) => protocol === 'tcp' && port === endpoint.port);
  if (taken)
    throw new Error(
      `Failed to start server: listen tcp :${endpoint.port}: bind: address already in use (${taken.process})`,
    );
  const server = createServer({ key, cert, minVersion: 'TLSv1.2' }, (request, response) => {
    answerClient(node, request, response).catch((error: unknown) => {
      machine.say(`gogs: ${(error as Error).message}`);
      response.destroy();
    });
  });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  const listening = createListening(machine, (_, socket) => server.emit('connection', socket));
  const settle = (): void => listening.settle([endpoint]);
  settle();
  if (settings.sshPort !== undefined)
    machine.say(`gogs: nobody answers on port ${settings.sshPort}: its SSH server is not simulated`);
  const end = (): void => {
    listening.close();
    server.close();
  };
  return {
    stop: end,
    kill: end,
    changed: settle,
    listeners: () => [{ protocol: 'tcp', ...endpoint, process: 'gogs' }],
  };
}
