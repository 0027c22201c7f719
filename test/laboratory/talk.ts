import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A program that is spoken to line by line, such as one end of a connection. */
export type Talk = {
  /** Sends a line and waits for one. @throws Error when the program ends, or says nothing for ten seconds */
  ask: (line: string) => Promise<string>;
  end: () => Promise<void>;
};

const longestSilenceMs = 10_000;

export function talkTo(words: readonly string[], environment: NodeJS.ProcessEnv = process.env): Talk {
  const child = spawn(words[0]!, words.slice(1), { env: environment, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => undefined);
  const ended = once(child, 'exit');
  return {
    ask: async (line) => {
      const answered = once(child.stdout, 'data', { signal: AbortSignal.timeout(longestSilenceMs) });
      child.stdin.write(`${line}\n`);
      const first = await Promise.race([answered, ended.then(() => undefined)]);
      if (first === undefined) throw new Error(`${words.join(' ')} ended`);
      return String((first as [Buffer])[0]).trim();
    },
    end: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** A TCP connection from the network namespace that the program is started in, as a program on standard input and output. */
export const connectionTo = (address: string, port: number): string[] => [
  process.execPath,
  '-e',
  `const socket = require('node:net').connect(${port}, '${address}'); process.stdin.pipe(socket).pipe(process.stdout)`,
];
