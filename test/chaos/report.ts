import type { ChaosReport } from './chaos-run.js';
import { kinds } from './schedule.js';

export type Row = {
  kind: string;
  struck: number;
  runs: number;
  /** After a blow of this kind alone: seconds until work went on. */
  medianSeconds: number | undefined;
  maximumSeconds: number | undefined;
};

/** How often each kind struck and how long work took to go on; blows of two kinds have a row of their own. */
export function rowsOf(reports: readonly ChaosReport[]): Row[] {
  const blows = reports.flatMap(({ seed, fallen }) => fallen.map((blow) => ({ seed, ...blow })));
  const row = (kind: string, of: typeof blows, struck: number, alone: typeof blows): Row => {
    const seconds = alone.map(({ goesOnMs }) => goesOnMs / 1000).sort((a, b) => a - b);
    return {
      kind,
      struck,
      runs: new Set(of.map(({ seed }) => seed)).size,
      medianSeconds: seconds[Math.floor((seconds.length - 1) / 2)],
      maximumSeconds: seconds.at(-1),
    };
  };
  const single = kinds.map((kind) => {
    const of = blows.filter(({ struck }) => struck.some((each) => each.kind === kind));
    const count = of.flatMap(({ struck }) => struck.filter((each) => each.kind === kind)).length;
    return row(
      kind,
      of,
      count,
      of.filter(({ struck }) => struck.length === 1),
    );
  });
  const pairs = blows.filter(({ struck }) => struck.length > 1);
  return [...single, row('two at once', pairs, pairs.length, pairs)];
}

/** What the runs came to, as a person reads it: one table, and a line of sums. */
export function tableOf(reports: readonly ChaosReport[]): string[] {
  const cell = (seconds: number | undefined): string => (seconds === undefined ? '-' : seconds.toFixed(1));
  const sum = (of: (report: ChaosReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  const failed = reports.filter(({ findings }) => findings.length > 0).length;
  return [
    '| disturbance | struck | runs | goes on after: median (s) | maximum (s) |',
    '|---|---:|---:|---:|---:|',
    ...rowsOf(reports).map(
      ({ kind, struck, runs, medianSeconds, maximumSeconds }) =>
        `| ${kind} | ${struck} | ${runs} | ${cell(medianSeconds)} | ${cell(maximumSeconds)} |`,
    ),
    '',
    `${reports.length} runs, ${failed} failed; ${sum(({ fallen }) => fallen.flatMap(({ struck }) => struck).length)} disturbances, ${sum(({ missed }) => missed)} more came too late; ` +
      `steps tried again ${sum(({ retries }) => retries)}, parked and retried by a person ${sum(({ parked }) => parked.length)}, ` +
      `doubled effects ${sum(({ doubled }) => doubled.length)}; ${Math.round(sum(({ seconds }) => seconds))} s in all`,
  ];
}
