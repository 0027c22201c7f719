import { parseArgs } from 'node:util';

export const packagesFrom = ['template', 'mirror'] as const;
export type Packages = (typeof packagesFrom)[number];

export type Settings = {
  /** Numbers of machines, one after the other. */
  machines: number[];
  /** Milliseconds that a round trip into any zone takes longer. */
  latencies: number[];
  /** Whether prepare-vms finds its packages in the template, or installs them from the mirror. */
  packages: Packages[];
  rounds: number;
  peers: string[];
  /** Whether docs/bench is written. */
  write: boolean;
};

/** `--machines 1,10 --latency 0,20 --packages template,mirror --rounds 5 --engines socle,script --dry`. */
export function settingsOf(args: string[]): Settings {
  const { values } = parseArgs({
    args,
    options: {
      machines: { type: 'string', default: '1,10,30' },
      latency: { type: 'string', default: '0,20' },
      packages: { type: 'string', default: packagesFrom.join() },
      rounds: { type: 'string', default: '5' },
      engines: { type: 'string', default: 'socle,script,pyinfra,ansible' },
      dry: { type: 'boolean', default: false },
    },
  });
  return {
    machines: values.machines.split(',').map(Number),
    latencies: values.latency.split(',').map(Number),
    packages: packagesFrom.filter((each) => values.packages.split(',').includes(each)),
    rounds: Number(values.rounds),
    peers: values.engines.split(','),
    write: !values.dry,
  };
}
