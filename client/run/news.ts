import { renderOutage } from '../output/outage.js';
import { renderRun } from '../output/run.js';
import type { Screen } from './screen.js';
import type { RunView } from './view.js';

/** Without a terminal: one line whenever a phase, a gate, a parked step, the worker or the server changed. */
export function createNews(say: (line: string) => void = console.log): Screen {
  let last: readonly string[] = [];
  let seenMs = Date.now();
  let state: 'answers' | 'no worker' | 'away' = 'answers';
  const now = (): number => Date.now();

  const saySince = (lines: readonly string[]): void => {
    const seen = new Set(last);
    for (const line of lines) if (!seen.has(line)) say(line);
    last = lines;
  };
  return {
    show: (view) => {
      if (state === 'away') say('The Temporal server answers again');
      seenMs = now();
      if (!view.noWorker) {
        state = 'answers';
        return saySince(newsOf(view));
      }
      if (state !== 'no worker')
        say(
          `no worker answers on task queue ${view.noWorker.taskQueue}; it goes on when one starts: socle worker`,
        );
      state = 'no worker';
    },
    away: () => {
      if (state !== 'away') say(renderOutage(seenMs, now()));
      state = 'away';
    },
    note: say,
    redraw: () => undefined,
    end: () => undefined,
  };
}

function newsOf(view: RunView): string[] {
  return renderRun(view, { now: view.startedMs, details: false, width: Infinity })
    .slice(1)
    .map((line) => line.replace(/\s+\d\d:\d\d:\d\d$/, '').trimEnd())
    .filter((line) => /^([✓✗■●▸]|\s+(PARKED|What|Do|or|Gate|Type|Mend))/.test(line))
    .map((line) => (line.startsWith('▸') ? line.replace(/[█░]+.*$/, '').trimEnd() : line))
    .map((line) => line.replace(/( checking what it would change) +\d+\/\d+$/, '$1'));
}
