import logUpdate from 'log-update';
import type { Client } from '@temporalio/client';
import { renderRun } from '../output/run.js';
import { readRun } from './read-run.js';
import { timeLeftMs } from './time-left.js';
import type { RunView } from './view.js';

export type WatchOptions = {
  /** A terminal gets a picture that is drawn anew; anything else a line for each thing that happened. */
  terminal: boolean;
  /** Called with each new view; answering `true` stops the watching, the run goes on. */
  onView?: (view: RunView) => Promise<boolean | void>;
  details?: () => boolean;
  /** Milliseconds that each phase usually takes, by name. */
  expected?: ReadonlyMap<string, number>;
};

const terminalIntervalMs = 500;
const lineIntervalMs = 1_000;

/** Watches a run until it ends, and answers its last view. Losing the server for a while is said and survived. */
export async function watchRun(client: Client, site: string, options: WatchOptions): Promise<RunView> {
  let last = '';
  for (;;) {
    const view = await readThroughOutage(client, site);
    if (view) {
      const lines = renderRun(view, screenOf(view, options));
      if (options.terminal) logUpdate(lines.join('\n'));
      else last = printNews(view, last);
      const stop = (await options.onView?.(view)) === true;
      if (view.status !== 'RUNNING' || stop) {
        if (options.terminal) logUpdate.done();
        return view;
      }
    }
    await new Promise((resolve) =>
      setTimeout(resolve, options.terminal ? terminalIntervalMs : lineIntervalMs),
    );
  }
}

function screenOf(view: RunView, options: WatchOptions): { now: number; details: boolean; leftMs?: number } {
  const now = Date.now();
  const leftMs = options.expected && timeLeftMs(view, options.expected, now);
  return {
    now,
    details: options.details?.() ?? false,
    ...(leftMs !== undefined && leftMs > 0 && { leftMs }),
  };
}

async function readThroughOutage(client: Client, site: string): Promise<RunView | undefined> {
  try {
    return await readRun(client, site);
  } catch (error) {
    if (!isOutage(error)) throw error;
    return undefined;
  }
}

function isOutage(error: unknown): boolean {
  const { code, cause } = error as { code?: number; cause?: { code?: number } };
  // gRPC 4 deadline exceeded, 14 unavailable: the server is away; the run waits for it and so do we.
  return [code, cause?.code].some((value) => value === 4 || value === 14);
}

/** Without a terminal: one line whenever a phase, gate or parked step changed. */
function printNews(view: RunView, last: string): string {
  const news = renderRun(view, { now: view.startedMs, details: false })
    .slice(1)
    .map((line) => line.replace(/\s+\d\d:\d\d:\d\d$/, '').trimEnd())
    .filter((line) => /^([✓✗■●▸]|\s+(PARKED|What|Do|or|Gate|Type))/.test(line))
    .map((line) => (line.startsWith('▸') ? line.replace(/[█░]+.*$/, '').trimEnd() : line))
    .join('\n');
  if (news === last) return last;
  const seen = new Set(last.split('\n'));
  for (const line of news.split('\n')) if (line !== '' && !seen.has(line)) console.log(line);
  return news;
}
