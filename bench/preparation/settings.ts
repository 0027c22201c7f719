import { parseArgs } from 'node:util';

export type Settings = {
  /** Numbers of machines, one after the other. */
  machines: number[];
  rounds: number;
  peers: string[];
  /** Whether docs/bench is written. */
  write: boolean;
};

/** `--machines 1,10 --rounds 5 --engines socle,script --dry`. */
export function settingsOf(args: string[]): Settings {
  const { values } = parseArgs({
    args,
    options: {
      machines: { type: 'string', default: '1,10,30' },
      rounds: { type: 'string', default: '5' },
      engines: { type: 'string', default: 'socle,script,pyinfra,ansible' },
      dry: { type: 'boolean', default: false },
    },
  });
  return {
    machines: values.machines.split(',').map(Number),
    rounds: Number(values.rounds),
    peers: values.engines.split(','),
    write: !values.dry,
  };
}
