import { median } from '../plan-figures.js';
import { runNames, type Peer, type RunName } from './peer.js';
import { titleOf, type Situation } from './situation.js';

export type Row = Pick<Situation, 'machines' | 'latencyMs' | 'packages'> & {
  run: RunName;
  peer: Peer['name'];
  rounds: number;
  medianSeconds: number;
  leastSeconds: number;
  mostSeconds: number;
  /** Of the last round. */
  changes?: number;
  /** How many times as long as Socle took. */
  toSocle?: number;
};

/** One row for each situation, kind of run and engine, fastest first. */
export function summary(situations: readonly Situation[]): Row[] {
  return situations.flatMap((situation) => runNames.flatMap((run) => rowsOf(situation, run)));
}

function rowsOf({ machines, latencyMs, packages, samples: all }: Situation, run: RunName): Row[] {
  const samples = all.filter((sample) => sample.run === run);
  const names = [...new Set(samples.map(({ peer }) => peer))];
  const rows = names.map((peer): Row => {
    const own = samples.filter((sample) => sample.peer === peer);
    const seconds = own.map((sample) => sample.seconds);
    const changes = own.at(-1)?.changes;
    return {
      machines,
      latencyMs,
      packages,
      run,
      peer,
      rounds: own.length,
      medianSeconds: rounded(median(seconds)),
      leastSeconds: rounded(Math.min(...seconds)),
      mostSeconds: rounded(Math.max(...seconds)),
      ...(changes !== undefined && { changes }),
    };
  });
  const socle = rows.find(({ peer }) => peer === 'socle')?.medianSeconds;
  return rows
    .map((row) => ({ ...row, ...(socle !== undefined && { toSocle: rounded(row.medianSeconds / socle) }) }))
    .sort((a, b) => a.medianSeconds - b.medianSeconds);
}

/** The rows as a table of Markdown, which also reads well in a terminal. */
export function textTable(rows: readonly Row[]): string {
  const head = ['situation', 'run', 'engine', 'median', 'least–most', 'rounds', 'changes', 'to Socle'];
  const cells = rows.map((row) => [
    titleOf(row),
    row.run,
    row.peer,
    `${row.medianSeconds.toFixed(2)} s`,
    `${row.leastSeconds.toFixed(2)}–${row.mostSeconds.toFixed(2)} s`,
    String(row.rounds),
    String(row.changes ?? '?'),
    row.toSocle === undefined ? '' : `× ${row.toSocle.toFixed(2)}`,
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]!.length)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => (column > 2 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (column > 2 ? `${'-'.repeat(width + 1)}:` : '-'.repeat(width + 2))).join('|')}|`;
  return [line(head), rule, ...cells.map(line)].join('\n');
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
