import type { SimulatedMachine } from '../machine.js';
import { CommandError, type CommandContext, type Ran, type SimulatedCommand } from '../command.js';
import { reloadUnit, startUnit, stopUnit, unitName, unitText } from '../units.js';
import { parseOptions } from './options.js';

type Verb = (context: CommandContext, unit: string, now: boolean) => Promise<Partial<Ran> | void>;

const act =
  (action: (machine: SimulatedMachine, unit: string) => Promise<void> | void): Verb =>
  async ({ machine }, unit) => {
    try {
      await action(machine, unit);
    } catch (error) {
      throw error instanceof CommandError ? error : new CommandError((error as Error).message, 1);
    }
  };

const restart = act(async (machine, unit) => {
  stopUnit(machine, unit);
  await startUnit(machine, unit);
});

/** Units of packages, whose text nobody needs here, all can. */
async function canReload(machine: SimulatedMachine, unit: string): Promise<boolean> {
  const text = (await unitText(machine, unit)) ?? '';
  return text === '' || /^ExecReload=/m.test(text);
}

const enable: Verb = async (context, unit, now) => {
  const { machine } = context;
  if (machine.masked.has(unit))
    throw new CommandError(`Failed to enable unit: Unit file /etc/systemd/system/${unit} is masked.`);
  if ((await unitText(machine, unit)) === undefined)
    throw new CommandError(`Failed to enable unit: Unit file ${unit} does not exist.`);
  if (!machine.enabled.has(unit)) machine.effect('enable', { unit });
  machine.enabled.add(unit);
  if (now) await act(startUnit)(context, unit, false);
};

const verbs: Record<string, Verb> = {
  start: act(startUnit),
  stop: act(stopUnit),
  restart,
  'try-restart': async (context, unit, now) =>
    context.machine.running.has(unit) ? restart(context, unit, now) : undefined,
  reload: act(reloadUnit),
  'reload-or-restart': act(async (machine, unit) => {
    const active = machine.running.get(unit)?.state === 'active';
    if (active && (await canReload(machine, unit))) return reloadUnit(machine, unit);
    if (active) stopUnit(machine, unit);
    await startUnit(machine, unit);
  }),
  enable,
  disable: async ({ machine }, unit, now) => {
    if (machine.enabled.delete(unit)) machine.effect('disable', { unit });
    if (now) stopUnit(machine, unit);
  },
  mask: async ({ machine }, unit, now) => {
    machine.masked.add(unit);
    machine.enabled.delete(unit);
    if (now) stopUnit(machine, unit);
  },
  unmask: async ({ machine }, unit) => void machine.masked.delete(unit),
  'reset-failed': async ({ machine }, unit) => {
    if (machine.running.get(unit)?.state === 'failed') machine.running.delete(unit);
    else if (!machine.running.has(unit) && (await unitText(machine, unit)) === undefined)
      throw new CommandError(`Failed to reset failed state of unit ${unit}: Unit ${unit} not loaded.`);
  },
  cat: async ({ machine }, unit) => {
    const text = await unitText(machine, unit);
    if (text === undefined) throw new CommandError(`No files found for ${unit}.`);
    return { stdout: text };
  },
};

const options = {
  '--quiet': 'flag',
  '-q': 'flag',
  '--now': 'flag',
  '--no-block': 'flag',
  '--no-reload': 'flag',
  '--runtime': 'flag',
  '--no-pager': 'flag',
  '-p': 'value',
  '--property': 'value',
  '--value': 'flag',
  '--system': 'flag',
  '--force': 'flag',
  '--type': 'value',
  '--no-legend': 'flag',
  '--plain': 'flag',
  '--state': 'value',
} as const;

export const systemctlCommands: readonly SimulatedCommand[] = [
  {
    name: 'systemctl',
    run: async (args, context) => {
      const { options: given, rest } = parseOptions('systemctl', args, options);
      const [verb = '', ...units] = rest;
      const { machine } = context;
      const quiet = given.has('--quiet') || given.has('-q');
      if (verb === 'daemon-reload' || verb === 'daemon-reexec') return undefined;
      if (verb === 'is-active')
        return state(
          units.map((unit) => machine.running.get(unitName(unit))?.state ?? 'inactive'),
          'active',
          quiet,
          3,
        );
      if (verb === 'is-enabled')
        return state(
          await Promise.all(units.map((unit) => enablement(machine, unitName(unit)))),
          'enabled',
          quiet,
          1,
        );
      if (verb === 'is-failed')
        return state(
          units.map((unit) => machine.running.get(unitName(unit))?.state ?? 'inactive'),
          'failed',
          quiet,
          1,
        );
      if (verb === 'is-system-running') return { stdout: 'running\n' };
      if (verb === 'show') {
        const shown = await Promise.all(units.map((unit) => show(machine, unitName(unit), given)));
        return { stdout: shown.join('\n') };
      }
      if (verb === 'reboot') return context.run('reboot');
      const action = verbs[verb];
      if (!action) throw new CommandError(`Unknown command verb ${verb}.`);
      if (context.session.user !== 'root' && verb !== 'cat')
        throw new CommandError(`Failed to ${verb}: Interactive authentication required.`);
      let stdout = '';
      for (const unit of units)
        stdout += (await action(context, unitName(unit), given.has('--now')))?.stdout ?? '';
      return { stdout };
    },
  },
  {
    name: 'journalctl',
    run: async (_args, { machine }) => ({ stdout: `${machine.console.slice(-50).join('\n')}\n` }),
  },
];

function state(states: readonly string[], wanted: string, quiet: boolean, otherwise: number): Partial<Ran> {
  const good = ['enabled', 'static', 'alias'];
  const ok = states.every((each) => each === wanted || (wanted === 'enabled' && good.includes(each)));
  return { stdout: quiet ? '' : `${states.join('\n')}\n`, exitCode: ok ? 0 : otherwise };
}

async function enablement(machine: SimulatedMachine, unit: string): Promise<string> {
  if (machine.masked.has(unit)) return 'masked';
  if (machine.enabled.has(unit)) return 'enabled';
  return (await unitText(machine, unit)) === undefined ? 'not-found' : 'disabled';
}

/** One block of properties; several units are told in blocks with an empty line between them. */
async function show(machine: SimulatedMachine, unit: string, given: Map<string, string>): Promise<string> {
  const running = machine.running.get(unit);
  const values: Record<string, string> = {
    Id: unit,
    ActiveState: running?.state ?? 'inactive',
    SubState: running?.state === 'active' ? 'running' : 'dead',
    UnitFileState: (await enablement(machine, unit)).replace('not-found', ''),
    LoadState: (await unitText(machine, unit)) === undefined ? 'not-found' : 'loaded',
    Result: running?.state === 'failed' ? 'exit-code' : 'success',
    ExecMainStatus: running?.state === 'failed' ? '1' : '0',
  };
  const names = (given.get('-p') ?? given.get('--property') ?? Object.keys(values).join(',')).split(',');
  const unknown = names.find((name) => !(name in values));
  if (unknown !== undefined) throw new CommandError(`systemctl: property ${unknown} is not simulated`);
  return names
    .map((name) => (given.has('--value') ? `${values[name]}\n` : `${name}=${values[name]}\n`))
    .join('');
}
