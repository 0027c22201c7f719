import logUpdate from 'log-update';
import { renderKeys } from '../output/keys.js';
import { renderOutage } from '../output/outage.js';
import { renderRun } from '../output/run.js';
import { wrap } from '../output/text.js';
import { answerableGate } from './answerable-gate.js';
import type { Screen } from './screen.js';
import type { Terminal } from './terminal.js';
import { timeLeftMs } from './time-left.js';
import type { RunView } from './view.js';

export type PictureSettings = {
  /** Absent when nobody can press keys. */
  keys?: Pick<Terminal, 'details' | 'asking' | 'takeAnswer'>;
  /** Who would answer gates. */
  who: string;
  stopsDemo: boolean;
  /** Milliseconds that each phase usually takes, by name. */
  expected?: ReadonlyMap<string, number>;
};

const notedForMs = 15_000;

/** The picture of a run in a terminal, with what its keys do below it. */
export function createPicture(settings: PictureSettings, draw: (text: string) => void = logUpdate): Screen {
  const { keys, who, stopsDemo, expected } = settings;
  let view: RunView | undefined;
  let seenMs = Date.now();
  let isAway = false;
  let ended = false;
  let noted = { text: '', untilMs: 0 };

  const run = (now: number): string[] => {
    if (!view) return [];
    const leftMs = expected && !isAway ? timeLeftMs(view, expected, now) : undefined;
    const details = keys?.details() ?? false;
    return renderRun(view, { now, details, ...(leftMs !== undefined && leftMs > 0 && { leftMs }) });
  };
  const redraw = (): void => {
    const now = Date.now();
    const open = !ended && (view === undefined || view.status === 'RUNNING');
    const mayAnswer = view !== undefined && !isAway && answerableGate(view, who) !== undefined;
    // While the server is away nothing later than its last answer is known.
    const lines = [
      ...run(isAway ? seenMs : now),
      ...(isAway ? wrap(renderOutage(seenMs, now), 80) : []),
      ...(now < noted.untilMs ? wrap(noted.text, 80) : []),
      ...(keys && open && !keys.asking()
        ? [renderKeys({ mode: view?.mode ?? 'apply', mayAnswer, stopsDemo })]
        : []),
    ];
    draw(lines.join('\n'));
  };
  return {
    show: (seen) => {
      view = seen;
      seenMs = Date.now();
      isAway = false;
      redraw();
    },
    away: () => {
      isAway = true;
      // A key meant for the gate as it was shown must not count when the server is back.
      keys?.takeAnswer();
      redraw();
    },
    note: (text) => {
      noted = { text, untilMs: Date.now() + notedForMs };
      redraw();
    },
    redraw,
    end: () => {
      ended = true;
      redraw();
      logUpdate.done();
    },
  };
}
