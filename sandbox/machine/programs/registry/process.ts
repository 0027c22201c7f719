import { createServer } from 'node:https';
import { addressMatches } from '../../firewall.js';
import type { SimulatedMachine } from '../../machine.js';
import { unitText } from '../../units.js';
import { createListening } from '../listening.js';
import type { Program } from '../program.js';
import { readConfiguration } from './configuration.js';
import { createAnswers } from './requests.js';
import { openStorage } from './storage.js';

/** distribution's registry as a unit starts it: `ExecStart=PROGRAM serve CONFIGURATION`. */
export function registry(unit: string): Program {
  return {
    start: async (machine) => {
      const text = (await unitText(machine, unit)) ?? '';
      const [, program = '', file = ''] = /^ExecStart=(\S+) serve (\S+)$/m.exec(text) ?? [];
      const account = /^User=(\S+)$/m.exec(text)?.[1] ?? 'root';
      if (!(await machine.files.exists(program)))
        throw new Error(`Unable to locate executable '${program}': No such file or directory`);
      if (!((await machine.files.text('/etc/passwd')) ?? '').includes(`\n${account}:`))
        throw new Error(`Failed to determine user credentials: No such process (${account})`);
      const configuration = await readConfiguration(machine, file);
      const taken = takenBy(machine, configuration.port);
      if (taken !== undefined)
        throw new Error(`listen tcp :${configuration.port}: bind: address already in use (${taken})`);
      const storage = await openStorage(machine, configuration.storage);
      const { key, certificate: cert, address, port } = configuration;
      const answer = createAnswers(machine, configuration, storage);
      const server = createServer({ key, cert }, (request, response) => void answer(request, response));
      const allowed = allowedSources(text);
      const listening = createListening(machine, (_, socket) => {
        const source = socket.remoteAddress ?? '';
        // The kernel drops what the unit does not allow: nobody answers.
        if (allowed.length > 0 && !allowed.some((pattern) => addressMatches(source, pattern))) return;
        server.emit('connection', socket);
      });
      const settle = (): void => listening.settle([{ address, port }]);
      settle();
      const end = (): void => {
        listening.close();
        server.close();
      };
      return {
        reload: async () => Promise.reject(new Error(`Job type reload is not applicable for unit ${unit}.`)),
        stop: end,
        kill: end,
        changed: settle,
        listeners: () => [{ protocol: 'tcp', address, port, process: 'registry' }],
      };
    },
  };
}

function takenBy(machine: SimulatedMachine, port: number): string | undefined {
  return machine.listeners().find((listener) => listener.protocol === 'tcp' && listener.port === port)
    ?.process;
}

/** systemd.resource-control(5): `IPAddressDeny=any` and who is allowed all the same; everybody when it is not there. */
function allowedSources(text: string): string[] {
  if (!/^IPAddressDeny=any$/m.test(text)) return [];
  return [...text.matchAll(/^IPAddressAllow=(\S+)$/gm)].map(([, network]) =>
    network === 'localhost' ? '127.0.0.0/8' : network!,
  );
}
