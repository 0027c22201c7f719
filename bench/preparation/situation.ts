import type { Sample } from './measure.js';
import type { Packages } from './settings.js';

/** What the engines met, on what computer, and how long they took. */
export type Situation = {
  machines: number;
  latencyMs: number;
  packages: Packages;
  computer: {
    processor: string;
    cpus: number;
    memoryGiB: number;
    versions: Readonly<Record<string, string>>;
  };
  samples: Sample[];
};

type Named = Pick<Situation, 'machines' | 'latencyMs' | 'packages'>;

export function titleOf({ machines, latencyMs, packages }: Named): string {
  const count = `${machines} ${machines === 1 ? 'machine' : 'machines'}`;
  return `${count}, ${latencyMs} ms${packages === 'mirror' ? ', packages installed' : ''}`;
}

/** Those of before and of now, of the same ones those of now: without installation first, then by latency and number. */
export function merged(before: readonly Situation[], now: readonly Situation[]): Situation[] {
  const titles = new Set(now.map(titleOf));
  return [...before.filter((situation) => !titles.has(titleOf(situation))), ...now].sort(
    (a, b) => b.packages.localeCompare(a.packages) || a.latencyMs - b.latencyMs || a.machines - b.machines,
  );
}
