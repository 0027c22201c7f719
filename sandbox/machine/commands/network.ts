import { CommandError, type SimulatedCommand } from '../command.js';
import { parseOptions } from './options.js';

export const networkCommands: readonly SimulatedCommand[] = [
  {
    name: 'ip',
    run: async (args, { machine }) => {
      const words = args.filter((word) => !/^-(o|4|br|br|j|json)$/.test(word));
      const [object = '', verb = 'show'] = words;
      const prefix = await configuredPrefix(machine);
      if (/^a(ddr(ess)?)?$/.test(object) && /^s(how)?$/.test(verb))
        return {
          stdout: `1: lo    inet 127.0.0.1/8 scope host lo\n2: eth0    inet ${machine.address}/${prefix} brd ${machine.address} scope global eth0\n${held(machine)}`,
        };
      if (/^r(oute)?$/.test(object))
        return { stdout: `default via ${machine.address.replace(/\d+$/, '1')} dev eth0 proto static\n` };
      if (/^l(ink)?$/.test(object) && /^s(how)?$/.test(verb))
        return {
          stdout: `2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP mode DEFAULT group default link/ether ${machine.hardware.macAddress}\n`,
        };
      if (/^n(eigh)?$/.test(object) && verb === 'flush' && words[2] === 'to') return undefined;
      if (/^n(eigh)?$/.test(object) && /^s(how)?$/.test(verb))
        return { stdout: neighbour(machine, words[2]) };
      throw new CommandError(`ip: "${args.join(' ')}" is not simulated`, 255);
    },
  },
  {
    name: 'networkctl',
    run: async ([verb], { machine, session }) => {
      if (verb !== 'reload' && verb !== 'reconfigure')
        throw new CommandError(`Unknown command verb ${verb}.`);
      if (session.user !== 'root') throw new CommandError('Could not reload network: Access denied');
      const configured = await configuredAddress(machine);
      // An address that nobody hands out takes the machine off the network, as on a real one.
      if (configured !== undefined && configured !== machine.address)
        throw new CommandError(
          `simulated network: moving ${machine.name} from ${machine.address} to ${configured} is not simulated`,
        );
      machine.effect('network-reloaded');
    },
  },
  {
    name: 'ss',
    run: async (args, { machine }) => {
      if (!args.every((word) => /^-[lntuHpe]+$/.test(word)))
        throw new CommandError(`ss: "${args.join(' ')}" is not simulated`);
      const letters = args.join('');
      const both = letters.includes('t') === letters.includes('u');
      const wanted = machine
        .listeners()
        .filter(({ protocol }) => both || letters.includes(protocol === 'tcp' ? 't' : 'u'));
      const head = letters.includes('H')
        ? ''
        : 'Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port\n';
      return {
        stdout:
          head +
          wanted
            .map(
              ({ protocol, address, port }) =>
                `${both ? `${protocol} ` : ''}${protocol === 'tcp' ? 'LISTEN' : 'UNCONN'} 0 128 ${address ?? '0.0.0.0'}:${port} 0.0.0.0:*\n`,
            )
            .join(''),
      };
    },
  },
  {
    name: 'nc',
    run: async (args, { machine }) => {
      const { options, rest } = parseOptions('nc', args, {
        '-z': 'flag',
        '-w': 'value',
        '-u': 'flag',
        '-v': 'flag',
        '-n': 'flag',
      });
      if (!options.has('-z')) throw new CommandError('nc: only -z is simulated');
      const [address = '', port = ''] = rest;
      const reached = machine.surroundings.network.connect(
        machine.address,
        address,
        Number(port),
        options.has('-u') ? 'udp' : 'tcp',
      );
      if (reached === 'open') return undefined;
      return {
        stderr: options.has('-v')
          ? `nc: connect to ${address} port ${port} (tcp) failed: ${reached === 'refused' ? 'Connection refused' : 'timed out'}\n`
          : '',
        exitCode: 1,
      };
    },
  },
];

type Machine = Parameters<SimulatedCommand['run']>[1]['machine'];

/** Whoever has an address answers for it with its card's, whatever its firewall thinks of what comes then. */
function neighbour(machine: Machine, address = ''): string {
  const owner = machine.surroundings.network.holderOf(address);
  if (owner === undefined || owner === machine) return `${address} dev eth0 FAILED\n`;
  return `${address} dev eth0 lladdr ${owner.hardware.macAddress} REACHABLE\n`;
}

/** Addresses that were put on the card beside its own. */
function held(machine: Machine): string {
  return [...machine.heldAddresses]
    .map(([address, card]) => `2: ${card}    inet ${address}/32 scope global ${card}\n`)
    .join('');
}

async function configuredAddress(machine: Machine): Promise<string | undefined> {
  return (await networkFile(machine))?.[1];
}

async function configuredPrefix(machine: Machine): Promise<string> {
  return (await networkFile(machine))?.[2] ?? '24';
}

/** The first .network file counts, as for systemd-networkd. */
async function networkFile(machine: Machine): Promise<RegExpExecArray | undefined> {
  const names = (await machine.files.readdir('/etc/systemd/network'))
    .filter((name) => name.endsWith('.network'))
    .sort();
  const text =
    names[0] === undefined ? undefined : await machine.files.text(`/etc/systemd/network/${names[0]}`);
  return /^Address=([\d.]+)\/(\d+)/m.exec(text ?? '') ?? undefined;
}
