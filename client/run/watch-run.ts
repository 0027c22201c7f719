import { WorkflowFailedError, type Client } from '@temporalio/client';
import { readRun } from './read-run.js';
import type { Screen } from './screen.js';
import type { RunView } from './view.js';

export type WatchOptions = {
  screen: Screen;
  intervalMs: number;
  /** Awaited with each new view. */
  onView?: (view: RunView) => Promise<void>;
  /** Hands over what is to be called at each key. */
  onKey?: (listener: () => void) => void;
  /** Ends the watching; the run goes on. */
  signal: AbortSignal;
};

/**
 * Watches a run until it ends. Losing the server for a while is said and survived.
 * @returns its last view, undefined when the watching ended before the run.
 */
export async function watchRun(
  client: Client,
  site: string,
  { screen, intervalMs, onView, onKey, signal }: WatchOptions,
): Promise<RunView | undefined> {
  let wake = (): void => undefined;
  /** Awaits the work, or a key: what is asked by key must not wait for a server that does not answer. */
  const unlessWoken = <T>(work: Promise<T>): Promise<T | undefined> =>
    new Promise((resolve, reject) => {
      wake = () => resolve(undefined);
      work.then(resolve, reject);
    });
  onKey?.(() => {
    screen.redraw();
    wake();
  });
  const onAbort = (): void => wake();
  signal.addEventListener('abort', onAbort);
  // The end is seen when it comes, not at the next look.
  void ended(client, site).then(() => wake());
  try {
    while (!signal.aborted) {
      const seen = await unlessWoken(readOrAway(client, site));
      if (seen === undefined || signal.aborted) continue;
      if (seen === 'away') screen.away();
      else {
        screen.show(seen);
        await onView?.(seen);
        if (seen.status !== 'RUNNING') return seen;
      }
      let pause: NodeJS.Timeout | undefined;
      await unlessWoken(new Promise((resolve) => (pause = setTimeout(resolve, intervalMs))));
      // Left alone it would keep a command that has nothing more to do from ending.
      clearTimeout(pause);
    }
    return undefined;
  } finally {
    signal.removeEventListener('abort', onAbort);
    screen.end();
  }
}

/** Resolves when the run has ended, however; never when that cannot be told. */
async function ended(client: Client, site: string): Promise<void> {
  const handle = client.workflow.getHandle(site.includes('/') ? site : `site/${site}`);
  try {
    await handle.result();
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) await new Promise(() => undefined);
  }
}

async function readOrAway(client: Client, site: string): Promise<RunView | 'away'> {
  try {
    return await readRun(client, site);
  } catch (error) {
    if (!isOutage(error)) throw error;
    return 'away';
  }
}

function isOutage(error: unknown): boolean {
  const { code, cause } = error as { code?: number; cause?: { code?: number } };
  // gRPC 4 deadline exceeded, 1 the same seen by the server, 14 unavailable: the run waits for the server, so do we.
  return [code, cause?.code].some((value) => value === 4 || value === 1 || value === 14);
}
