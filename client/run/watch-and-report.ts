import { exitCodes } from '../../config/errors.js';
import type { Connected } from '../connect.js';
import { printJson, printLines } from '../output/print.js';
import { renderSummary } from '../output/summary.js';
import { askAtGates } from './ask-at-gates.js';
import { historyUrl } from './history-url.js';
import { createNews } from './news.js';
import { outcomeCode } from './outcome-code.js';
import { createPicture } from './picture.js';
import { openTerminal } from './terminal.js';
import { watchRun } from './watch-run.js';

export type Watching = {
  /** Who answers gates at this terminal. */
  who: string;
  json?: boolean;
  /** Ask when a gate opens; else it is answered by key only. */
  asksFirst: boolean;
  /** Milliseconds that each phase usually takes, by name. */
  expected?: ReadonlyMap<string, number>;
  /** Set by the demo: aborted when it ends, and q ends it. */
  demo?: AbortSignal;
};

const pictureIntervalMs = 500;
const newsIntervalMs = 1_000;

/**
 * Watches a run, as a picture with keys in a terminal, and prints how it ended, or how to come back to it.
 * @param name the site's name, or the run's id.
 * @returns the exit code.
 */
export async function watchAndReport(
  { client, namespace }: Connected,
  name: string,
  { who, json = false, asksFirst, expected, demo }: Watching,
): Promise<number> {
  const hasPicture = process.stdout.isTTY && !json;
  const terminal = hasPicture
    ? openTerminal({
        input: process.stdin,
        output: process.stdout,
        // As the terminal does it: a script that runs this command ends too. The demo first stops what it started.
        interrupt: () => process.kill(demo ? process.pid : 0, 'SIGINT'),
        quitInterrupts: demo !== undefined,
      })
    : undefined;
  const screen = hasPicture
    ? createPicture({
        who,
        stopsDemo: demo !== undefined,
        ...(terminal && { keys: terminal }),
        ...(expected && { expected }),
      })
    : createNews(json ? (line) => void process.stderr.write(`${line}\n`) : console.log);
  const signals = [terminal?.left, demo].filter((signal) => signal !== undefined);
  const view = await watchRun(client, name, {
    screen,
    intervalMs: hasPicture ? pictureIntervalMs : newsIntervalMs,
    signal: AbortSignal.any(signals),
    ...(terminal && {
      onView: askAtGates(client, { who, terminal, asksFirst, say: screen.note }),
      onKey: terminal.onKey,
    }),
  }).finally(() => terminal?.close());
  if (!view) {
    if (demo?.aborted) return exitCodes.canceled;
    printLines(['', `The run goes on. Come back: socle watch ${name}`]);
    return exitCodes.ok;
  }
  if (json) printJson(view);
  else printLines(['', ...renderSummary(view, historyUrl(namespace, view.workflowId, view.runId))]);
  return outcomeCode(view);
}
