import { PassThrough } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import { afterEach, expect, test, vi } from 'vitest';
import type { Client } from '@temporalio/client';
import { askAtGates } from '../../client/run/ask-at-gates.js';
import { openTerminal, type Terminal } from '../../client/run/terminal.js';
import { answeredView, openGate } from './run-view.js';

/** Resolves once everything typed so far was read. */
const read = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

/** A terminal whose mode and output can be looked at. */
function fakeTerminal(more: { quitInterrupts?: boolean; foreground?: boolean } = {}) {
  const modes: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (raw: boolean) => void modes.push(raw),
  });
  let output = '';
  const screen = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  screen.on('data', (data: Buffer) => (output += data.toString()));
  const interrupt = vi.fn(() => expect(modes.at(-1)).toBe(false));
  const terminal = openTerminal({
    input: input as unknown as ReadStream,
    output: screen as unknown as WriteStream,
    interrupt,
    quitInterrupts: more.quitInterrupts ?? false,
    foreground: () => more.foreground ?? true,
  });
  opened = terminal;
  const type = async (text: string): Promise<void> => {
    input.write(text);
    await read();
  };
  return { terminal: terminal!, type, interrupt, modes, isRaw: () => modes.at(-1), output: () => output };
}

let opened: Terminal | undefined;
afterEach(() => opened?.close());

test('single keys count without Enter; others, and arrow keys, mean nothing', async () => {
  const { terminal, type } = fakeTerminal();
  const pressed = vi.fn();
  terminal.onKey(pressed);
  await type('d');
  expect(terminal.details()).toBe(true);
  await type('\u001B[Dx\u001B[A');
  expect(terminal.details()).toBe(true);
  expect(pressed).toHaveBeenCalledTimes(1);
  await type('r');
  expect([terminal.takeAnswer(), terminal.takeAnswer()]).toEqual(['reject', undefined]);
  await type('q');
  expect(terminal.left.aborted).toBe(true);
});

test('Ctrl-C gives the terminal back, then interrupts; so does q in the demo', async () => {
  const ctrlC = fakeTerminal();
  expect(ctrlC.isRaw()).toBe(true);
  await ctrlC.type('\u0003');
  expect(ctrlC.interrupt).toHaveBeenCalledTimes(1);
  const demo = fakeTerminal({ quitInterrupts: true });
  await demo.type('q');
  expect(demo.interrupt).toHaveBeenCalledTimes(1);
  expect(demo.terminal.left.aborted).toBe(false);
});

test('during a question keys are letters of the answer, afterwards they are keys again', async () => {
  const { terminal, type, modes, output } = fakeTerminal();
  const redraws: boolean[] = [];
  terminal.onKey(() => redraws.push(terminal.asking()));
  const answer = terminal.ask('Comment: ');
  await type('add q\r');
  expect(await answer).toBe('add q');
  expect(output()).toContain('Comment: ');
  expect([terminal.details(), terminal.left.aborted, terminal.takeAnswer()]).toEqual([
    false,
    false,
    undefined,
  ]);
  expect([redraws, terminal.asking()]).toEqual([[true], false]);
  // Ours is given back, then the line editor takes and returns its own, then ours comes again.
  expect(modes).toEqual([true, false, true, false, true]);
  await type('d');
  expect(terminal.details()).toBe(true);
});

test('Ctrl-D takes a question back, Ctrl-C in it interrupts', async () => {
  const { terminal, type, interrupt, isRaw } = fakeTerminal();
  const taken = terminal.ask('Comment: ');
  await type('half an answer\u0004');
  expect(await taken).toBeUndefined();
  expect(isRaw()).toBe(true);
  const interrupted = terminal.ask('Comment: ');
  await type('\u0003');
  expect(await interrupted).toBeUndefined();
  expect(interrupt).toHaveBeenCalledTimes(1);
  expect(isRaw()).toBe(false);
});

test('a closed terminal is as it was, and a job in the background leaves it alone', async () => {
  const { terminal, type, isRaw } = fakeTerminal();
  terminal.close();
  expect(isRaw()).toBe(false);
  await type('d');
  expect(terminal.details()).toBe(false);
  expect(fakeTerminal({ foreground: false }).terminal).toBeUndefined();
});

test('a gate asks the newcomer once a showing; keys answer with a comment, for the showing that was seen', async () => {
  const executeUpdate = vi.fn(async () => 'recorded');
  const client = {
    workflow: { getHandle: () => ({ executeUpdate }) },
    connection: { withDeadline: (_: number, work: () => unknown) => work() },
  } as unknown as Client;
  const answers = ['later', 'CAB 2291', 'y'];
  let key: 'approve' | undefined;
  const ask = vi.fn<Terminal['ask']>(async () => answers.shift());
  const said: string[] = [];
  const onView = askAtGates(client, {
    who: 'anna',
    terminal: { ask, takeAnswer: () => key },
    asksFirst: true,
    say: (text) => said.push(text),
  });
  const view = answeredView([{ state: 'gate' }], [openGate({ round: 1 })]);
  await onView(view);
  await onView(view);
  expect(ask.mock.calls).toEqual([['Approve phase preparation as anna? [y/N/later] ']]);
  expect(executeUpdate).not.toHaveBeenCalled();
  key = 'approve';
  await onView(view);
  expect(executeUpdate.mock.lastCall).toMatchObject([
    'approve',
    { args: [{ gate: 'preparation', round: 1, who: 'anna', comment: 'CAB 2291', hash: view.hash }] },
  ]);
  key = undefined;
  await onView(answeredView([{ state: 'gate' }], [openGate({ round: 2 })]));
  expect(executeUpdate.mock.lastCall).toMatchObject(['approve', { args: [{ round: 2, comment: '' }] }]);
  expect(said).toEqual(['approve preparation: recorded', 'approve preparation: recorded']);
});
