import type { Client } from '@temporalio/client';
import { expect, test, vi } from 'vitest';
import { createNews } from '../../client/run/news.js';
import { createPicture } from '../../client/run/picture.js';
import { readRun } from '../../client/run/read-run.js';
import type { Screen } from '../../client/run/screen.js';
import type { RunView } from '../../client/run/view.js';
import { watchRun } from '../../client/run/watch-run.js';
import type { RoleProgress } from '../../workflows/progress.js';
import { answeredView, openGate, openPhase } from './run-view.js';

type Answer = 'RUNNING' | 'COMPLETED' | Error | Promise<never>;
const unavailable = (code = 14): Error => Object.assign(new Error('away'), { cause: { code } });

/** A server that gives these answers one after the other. */
function serverOf(answers: Answer[], query?: () => Promise<never>): Client {
  const { progress } = answeredView([{ state: 'running' }]);
  const handle = {
    describe: async () => {
      const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
      if (typeof answer !== 'string') {
        if (answer instanceof Error) throw answer;
        return answer;
      }
      const memo = { site: 'site-a', hash: '7f3a91c2', outcome: progress };
      return {
        status: { name: answer },
        memo,
        runId: 'run-1',
        startTime: new Date(),
        taskQueue: 'q',
        raw: {},
      };
    },
    query: query ?? (async () => progress),
    fetchHistory: async () => Promise.reject(new Error('the history is read')),
  };
  const phase = { describe: async () => ({ status: { name: 'COMPLETED' } }) };
  return {
    workflow: { getHandle: (id: string) => (id === 'site/site-a' ? handle : phase) },
    connection: { withDeadline: (_: number, work: () => unknown) => work() },
    options: { namespace: 'default' },
    workflowService: { describeTaskQueue: async () => ({}) },
  } as unknown as Client;
}

function watch(
  answers: Answer[],
  screen: Screen,
  more: { signal?: AbortSignal; onView?: () => Promise<void>; onKey?: (listener: () => void) => void } = {},
): Promise<RunView | undefined> {
  return watchRun(serverOf(answers), 'site-a', {
    screen,
    intervalMs: 1,
    signal: new AbortController().signal,
    ...more,
  });
}

const picture = (drawn: string[], settings: Partial<Parameters<typeof createPicture>[0]> = {}): Screen =>
  createPicture({ who: 'anna', stopsDemo: false, ...settings }, (text) => drawn.push(text));

test('a server that goes away and comes back is said in one line each', async () => {
  const said: string[] = [];
  const answers = [
    'RUNNING' as const,
    unavailable(),
    unavailable(),
    'RUNNING' as const,
    'COMPLETED' as const,
  ];
  const view = await watch(
    answers,
    createNews((line) => said.push(line)),
  );
  expect(view?.status).toBe('COMPLETED');
  expect(said).toEqual([
    '▸ 2 Preparation              starting',
    expect.stringMatching(/^The Temporal server does not answer since \d\d:\d\d; nothing is lost, .*$/),
    'The Temporal server answers again',
  ]);
});

test.each([
  ['open', /^ {4}Type: socle approve site-a/],
  ['blocked', /^ {4}Mend it, then type: socle retry site-a/],
] as const)('without a terminal, too, a gate that is %s says what to type', (state, line) => {
  const said: string[] = [];
  createNews((text) => said.push(text)).show(answeredView([{ state: 'gate' }], [openGate({ state })]));
  expect(said).toContainEqual(expect.stringMatching(line));
});

test('the picture keeps what was known while the server is away, and says since when', async () => {
  const drawn: string[] = [];
  await watch(['RUNNING', unavailable(), 'COMPLETED'], picture(drawn));
  const [before, during, after] = drawn;
  expect(during).toMatch(/▸ 2 Preparation[^]*\nThe Temporal server does not answer since/);
  expect(during!.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(before! + after!).not.toContain('does not answer');
});

test.each([1, 4, 14])('gRPC status %i is an outage', async (code) => {
  const drawn: string[] = [];
  await watch([unavailable(code), 'COMPLETED'], picture(drawn));
  expect(drawn[0]).toContain('The Temporal server does not answer');
});

test.each(['4 DEADLINE_EXCEEDED: Deadline exceeded after 3.001s', '1 CANCELLED: Call cancelled'])(
  'a query that ends with "%s" had no worker',
  async (text) => {
    const failed = Object.assign(new Error('Failed to query Workflow'), { cause: new Error(text) });
    const client = serverOf(['RUNNING'], async () => Promise.reject(failed));
    await expect(readRun(client, 'site-a')).rejects.toThrow('the history is read');
  },
);

test('what is no outage ends the watching', async () => {
  await expect(watch(['RUNNING', new Error('broken')], picture([]))).rejects.toThrow('broken');
});

test('leaving does not wait for a server that does not answer', async () => {
  const leaving = new AbortController();
  const watched = watch(['RUNNING', new Promise<never>(() => undefined)], picture([]), {
    signal: leaving.signal,
  });
  setTimeout(() => leaving.abort(), 20);
  expect(await watched).toBeUndefined();
});

test('a key draws the picture anew at once', async () => {
  const drawn: string[] = [];
  const leaving = new AbortController();
  let details = false;
  let press = (): void => undefined;
  const keys = { details: () => details, asking: () => false, takeAnswer: () => undefined };
  const watched = watch(['RUNNING', new Promise<never>(() => undefined)], picture(drawn, { keys }), {
    signal: leaving.signal,
    onKey: (listener) => (press = listener),
  });
  await vi.waitFor(() => expect(drawn).toHaveLength(1));
  details = true;
  press();
  expect(drawn).toHaveLength(2);
  leaving.abort();
  await watched;
});

test('the last line says what the keys do now', () => {
  const drawn: string[] = [];
  const keys = { details: () => false, asking: () => false, takeAnswer: () => undefined };
  const last = (): string | undefined => drawn.at(-1)?.split('\n').at(-1);
  const screen = picture(drawn, { keys });
  screen.show(answeredView([{}]));
  expect(last()).toBe('[d]etails  [q]uit (the deployment goes on)');
  const atGate = answeredView([{ state: 'gate' }], [openGate()]);
  screen.show(atGate);
  expect(last()).toBe('[a]pprove  [r]eject  [d]etails  [q]uit (the deployment goes on)');
  picture(drawn, { keys: { ...keys, asking: () => true } }).show(atGate);
  expect(last()).not.toContain('[q]uit');
  screen.away();
  expect(last()).toBe('[d]etails  [q]uit (the deployment goes on)');
  screen.show(answeredView([], [], { status: 'COMPLETED' }));
  expect(last()).not.toContain('[q]uit');
  picture(drawn, { keys, who: 'starter' }).show(atGate);
  expect(last()).toMatch(/^\[a\]pprove/);
  picture(drawn, { keys, stopsDemo: true }).show(atGate);
  expect(last()).toContain('[q]uit (stops the demo)');
  picture(drawn).show(atGate);
  expect(last()).not.toContain('[q]uit');
});

test.each([
  ['who started the run and may not approve it', 'starter', openGate({ starterMayApprove: false })],
  ['who approved already', 'anna', openGate({ approvals: [{ who: 'anna', comment: '', atMs: 0 }] })],
  ['while the gate is being checked', 'anna', openGate({ state: 'checking' })],
])('nobody is offered an answer %s', (_, who, gate) => {
  const drawn: string[] = [];
  const keys = { details: () => false, asking: () => false, takeAnswer: () => undefined };
  picture(drawn, { keys, who }).show(answeredView([{ state: 'gate' }], [gate]));
  expect(drawn.at(-1)).toMatch(/\n\[d\]etails/);
});

test('without a terminal a gate that is prepared is said once, however far its check is', () => {
  const said: string[] = [];
  const news = createNews((line) => said.push(line));
  for (const done of [0, 21, 148]) {
    const roles = [{ name: 'prepare-vms', total: 148, done } as RoleProgress];
    const open = { 'preparation/check': openPhase({ roles }) };
    news.show(answeredView([{ state: 'gate' }], [openGate({ state: 'checking' })], { open }));
  }
  expect(said).toEqual(['● 2 Preparation              checking what it would change']);
});
