import { readFileSync } from 'node:fs';
import { createInterface, emitKeypressEvents, type Key } from 'node:readline';
import { Readline } from 'node:readline/promises';
import type { ReadStream, WriteStream } from 'node:tty';

export type AnswerKey = 'approve' | 'reject';

/** The person at the terminal: single keys while a picture is shown, whole lines when asked. Owns standard input. */
export type Terminal = {
  /** Asks on one line below the picture; undefined when the person types Ctrl-D instead of an answer. */
  ask: (question: string) => Promise<string | undefined>;
  details: () => boolean;
  /** True while a question stands: keys are letters of its answer then. */
  asking: () => boolean;
  /** The answer key pressed since this was last called. */
  takeAnswer: () => AnswerKey | undefined;
  /** Called after each key that means something, and before a question. */
  onKey: (listener: () => void) => void;
  /** Aborted when the person leaves with q. */
  left: AbortSignal;
  /** Gives the terminal back as it was. */
  close: () => void;
};

export type TerminalSettings = {
  input: ReadStream;
  output: WriteStream;
  /** What Ctrl-C does once the terminal is given back. */
  interrupt: () => void;
  /** q does the same as Ctrl-C instead of leaving. */
  quitInterrupts: boolean;
  foreground?: () => boolean;
};

const showCursor = '\u001B[?25h';

/** Takes the keys of a terminal in the foreground; undefined without one. */
export function openTerminal(settings: TerminalSettings): Terminal | undefined {
  const { input, output, quitInterrupts, foreground = inForeground } = settings;
  if (!input.isTTY || !output.isTTY || !foreground()) return undefined;
  let details = false;
  let answer: AnswerKey | undefined;
  let closed = false;
  let asking = false;
  let listener = (): void => undefined;
  const left = new AbortController();

  const grab = (): void => {
    if (closed || !foreground()) return;
    input.on('keypress', onKeypress);
    input.setRawMode(true);
    input.resume();
  };
  const release = (): void => {
    input.off('keypress', onKeypress);
    input.setRawMode(false);
    input.pause();
  };
  const close = (): void => {
    if (closed) return;
    closed = true;
    release();
    process.off('SIGCONT', grabAgain);
    input.off('error', hangUp);
  };
  const interrupt = (): void => {
    close();
    settings.interrupt();
  };
  const grabAgain = (): void => {
    release();
    grab();
  };
  // In raw mode the terminal sends no signals by itself.
  const onControl = (key: Key): void => {
    if (key.name === 'c') interrupt();
    if (key.name !== 'z') return;
    release();
    process.kill(0, 'SIGTSTP');
  };
  function onKeypress(_text: string | undefined, key: Key): void {
    if (key.ctrl) return onControl(key);
    if (key.meta) return;
    if (key.name === 'q' && quitInterrupts) return interrupt();
    if (key.name === 'q') left.abort();
    else if (key.name === 'd') details = !details;
    else if (key.name === 'a') answer = 'approve';
    else if (key.name === 'r') answer = 'reject';
    else return;
    listener();
  }

  const ask = async (question: string): Promise<string | undefined> => {
    asking = true;
    listener();
    release();
    process.off('SIGCONT', grabAgain);
    output.write(showCursor);
    const prompt = createInterface({ input, output });
    prompt.once('SIGINT', () => {
      prompt.close();
      interrupt();
    });
    prompt.on('error', hangUp);
    const takeBack = (_text: string | undefined, key: Key): void => {
      if (key.ctrl && key.name === 'd') prompt.close();
    };
    input.on('keypress', takeBack);
    const text = await new Promise<string | undefined>((resolve) => {
      prompt.question(question, resolve);
      prompt.once('close', () => resolve(undefined));
    });
    input.off('keypress', takeBack);
    // The picture is drawn anew from where it stood: the cursor goes back to where the question began.
    const asked = question.length + (text ?? prompt.line).length;
    const rows = Math.floor(asked / (output.columns || 80)) + (text === undefined ? 0 : 1);
    prompt.close();
    await new Readline(output).moveCursor(0, -rows).cursorTo(0).clearScreenDown().commit();
    if (!closed) process.on('SIGCONT', grabAgain);
    grab();
    asking = false;
    return text?.trim();
  };

  emitKeypressEvents(input);
  process.on('SIGCONT', grabAgain);
  input.on('error', hangUp);
  grab();
  return {
    ask,
    details: () => details,
    asking: () => asking,
    takeAnswer: () => {
      const taken = answer;
      answer = undefined;
      return taken;
    },
    onKey: (wanted) => {
      listener = wanted;
    },
    left: left.signal,
    close,
  };
}

/** A closed terminal ends the client as its own signal does. */
function hangUp(): void {
  process.kill(process.pid, 'SIGHUP');
}

/** The shell stops a job in the background that touches the terminal's mode; proc_pid_stat(5) names both groups. */
function inForeground(): boolean {
  try {
    const [, , group, , , foreground] = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return foreground === '-1' || group === foreground;
  } catch {
    return true;
  }
}
