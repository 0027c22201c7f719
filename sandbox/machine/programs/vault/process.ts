import { createServer } from 'node:https';
import type { SimulatedMachine } from '../../machine.js';
import { unitText } from '../../units.js';
import { createListening } from '../listening.js';
import type { Program } from '../program.js';
import { simulatedProgram } from '../../../store.js';
import { answerMember } from './cluster.js';
import { readConfiguration } from './configuration.js';
import { openDisk } from './disk.js';
import { answerClient } from './front.js';
import { openByItself } from './joining.js';
import type { VaultNode } from './node.js';
import { sealNode } from './opening.js';
import { createPeers } from './peers.js';
import { version } from './status.js';
import { transitEncrypt } from './transit-seal.js';

const unit = 'vault.service';
const lookEveryMs = 500;

/** HashiCorp's Vault as a unit starts it: `ExecStart=PROGRAM server -config=FILE`. It starts sealed. */
export const vault: Program = {
  wanted: async (machine) => {
    const condition = /^ConditionFileNotEmpty=(\S+)$/m.exec((await unitText(machine, unit)) ?? '')?.[1];
    return condition === undefined || ((await machine.files.text(condition)) ?? '') !== '';
  },
  start: async (machine) => {
    const text = (await unitText(machine, unit)) ?? '';
    const [, program = '', file = ''] = /^ExecStart=(\S+) server -config=(\S+)$/m.exec(text) ?? [];
    await checkProgram(machine, program, /^User=(\S+)$/m.exec(text)?.[1] ?? 'root');
    const settings = await readConfiguration(machine, file);
    const disk = await openDisk(machine, settings.storage);
    const stored = disk.read();
    const isMember = stored?.record.members.some(({ id }) => id === settings.nodeId) === true;
    const node: VaultNode = {
      machine,
      settings,
      disk,
      peers: createPeers(machine),
      token: await tokenIn(machine, text),
      // What a node was given that was never taken in is nothing that it could be opened with.
      stored: isMember ? stored : undefined,
      invitation: undefined,
      given: [],
      joining: undefined,
      opened: undefined,
      active: undefined,
      riddles: new Map(),
    };
    return running(node, file);
  },
};

async function checkProgram(machine: SimulatedMachine, program: string, account: string): Promise<void> {
  if ((await machine.files.text(program)) !== simulatedProgram('vault', version))
    throw new Error(`Failed at step EXEC spawning ${program}: no such file, or no program that can be run`);
  if (!((await machine.files.text('/etc/passwd')) ?? '').includes(`\n${account}:`))
    throw new Error(`Failed to determine user credentials: No such process (${account})`);
}

/** `VAULT_TOKEN` of the unit's environment file. */
async function tokenIn(machine: SimulatedMachine, text: string): Promise<string> {
  const path = /^EnvironmentFile=-?(\S+)$/m.exec(text)?.[1];
  const content = path === undefined ? undefined : await machine.files.text(path);
  return /^VAULT_TOKEN=(.*)$/m.exec(content ?? '')?.[1] ?? '';
}

function running(node: VaultNode, file: string): Awaited<ReturnType<Program['start']>> {
  const { machine } = node;
  const { api, cluster } = node.settings;
  const taken = machine
    .listeners()
    .find(({ protocol, port }) => protocol === 'tcp' && [api.port, cluster.port].includes(port));
  if (taken) throw new Error(`listen tcp :${taken.port}: bind: address already in use (${taken.process})`);
  const tls = () => ({ key: node.settings.key, cert: node.settings.certificate });
  // Anybody's certificate is taken: it only counts when it is logged in with.
  const options = { ...tls(), requestCert: true, rejectUnauthorized: false, minVersion: 'TLSv1.2' as const };
  const clients = createServer(options, (request, response) => void answerClient(node, request, response));
  const members = createServer(tls(), (request, response) => void answerMember(node, request, response));
  const servers = [clients, members];
  for (const server of servers) server.on('tlsClientError', () => undefined);
  const listening = createListening(machine, ({ port }, socket) =>
    (port === api.port ? clients : members).emit('connection', socket),
  );
  // Without the Vault that opens it the program ends, and systemd starts it again and again: nobody answers.
  let isReady = node.settings.transit === undefined;
  const settle = (): void => {
    if (isReady) listening.settle([api, cluster]);
    if (!machine.surroundings.network.isAttached(machine)) node.peers.cut();
  };
  settle();
  let [looking, ended] = [false, false];
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    try {
      if (!isReady) await transitEncrypt(node, Buffer.from('a trial'));
      if (ended) return;
      isReady = true;
      settle();
      await openByItself(node);
    } finally {
      looking = false;
    }
  };
  const failed = (error: Error): void => machine.say(`vault: ${error.message}`);
  const timer = setInterval(() => void look().catch(failed), lookEveryMs);
  const end = (): void => {
    ended = true;
    clearInterval(timer);
    sealNode(node);
    node.peers.cut();
    listening.close();
    for (const server of servers) server.close();
  };
  return {
    reload: async () => {
      const { key, certificate } = await readConfiguration(machine, file);
      node.settings = { ...node.settings, key, certificate };
      for (const server of servers) server.setSecureContext(tls());
    },
    stop: end,
    kill: end,
    changed: settle,
    listeners: () =>
      [api, cluster].map(({ address, port }) => ({ protocol: 'tcp', address, port, process: 'vault' })),
  };
}
