import { CommandError, type SimulatedCommand } from '../command.js';

type Machine = Parameters<SimulatedCommand['run']>[1]['machine'];

/** The clock of a machine agrees with a source once its daemon runs and one of its configured sources answers. */
async function source(machine: Machine): Promise<string | undefined> {
  if (machine.running.get('chrony.service')?.state !== 'active') return undefined;
  const folders = ['/etc/chrony/sources.d', '/etc/chrony/conf.d'];
  const texts = [(await machine.files.text('/etc/chrony/chrony.conf')) ?? ''];
  for (const folder of folders)
    if (await machine.files.exists(folder))
      for (const name of await machine.files.readdir(folder))
        texts.push((await machine.files.text(`${folder}/${name}`)) ?? '');
  const lines = texts
    .flatMap((text) => text.split('\n'))
    .flatMap((line) => /^(?:server|pool|peer)\s+(\S+)(?:.*\bport\s+(\d+))?/.exec(line) ?? []);
  for (let index = 0; index < lines.length; index += 3)
    if (machine.surroundings.network.isService(lines[index + 1]!, Number(lines[index + 2] ?? 123)))
      return lines[index + 1];
  return undefined;
}

export const timeCommands: readonly SimulatedCommand[] = [
  {
    name: 'chronyc',
    run: async (args, { machine }) => {
      const words = args.filter((word) => !word.startsWith('-'));
      const found = await source(machine);
      if (machine.running.get('chrony.service')?.state !== 'active')
        throw new CommandError('506 Cannot talk to daemon');
      if (words[0] === 'waitsync') return { exitCode: found === undefined ? 1 : 0 };
      if (words[0] === 'tracking')
        return {
          stdout: `Reference ID    : 7F000002 (${found ?? ''})\nStratum         : ${found === undefined ? 0 : 3}\nLeap status     : ${found === undefined ? 'Not synchronised' : 'Normal'}\n`,
        };
      if (words[0] === 'sources')
        return { stdout: found === undefined ? '' : `^* ${found} 2 6 377 20 +10us[ +12us] +/- 1ms\n` };
      if (words[0] === 'makestep' || words[0] === 'burst' || words[0] === 'reload')
        return { stdout: '200 OK\n' };
      throw new CommandError(`Unrecognized command ${words.join(' ')}`);
    },
  },
  {
    name: 'timedatectl',
    run: async (args, { machine }) => {
      const synchronised = (await source(machine)) !== undefined;
      if (args[0] === 'show') {
        const values: Record<string, string> = {
          NTPSynchronized: synchronised ? 'yes' : 'no',
          Timezone: ((await machine.files.text('/etc/timezone')) ?? 'Etc/UTC').trim(),
        };
        const name =
          args.find((word) => word.startsWith('-p'))?.slice(2) ||
          (args[args.indexOf('-p') + 1] ??
            args.find((word) => word.startsWith('--property='))?.slice(11) ??
            '');
        if (!(name in values)) throw new CommandError(`timedatectl: property ${name} is not simulated`);
        return { stdout: args.includes('--value') ? `${values[name]}\n` : `${name}=${values[name]}\n` };
      }
      if (args[0] === 'set-timezone')
        return void (await machine.files.writeFile('/etc/timezone', `${args[1]}\n`));
      throw new CommandError(`timedatectl: "${args.join(' ')}" is not simulated`);
    },
  },
];
