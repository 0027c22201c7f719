import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { namespace, within } from './names.js';
import { mark } from './processes.js';

/** Two interfaces whose frames reach each other late, or not at all. */
export type RelayedPair = {
  interfaces: readonly [string, string];
  delayMs: number;
  /** Share of the frames that is lost, 0 to 1. */
  loss: number;
};

export type Relay = { stop: () => Promise<void> };

/** The same frames are lost in every laboratory in which the same frames are sent. */
const seed = 1;

/**
 * Makes pairs of interfaces in the laboratory's namespace; they are gone when it stops, or when this process ends.
 * @param program `tools/relay`, built
 * @param onEnd called with its last words when it ends by itself
 * @throws Error with the program's words when it cannot
 */
export async function startRelay(
  program: string,
  pairs: readonly RelayedPair[],
  onEnd: (words: string) => void,
): Promise<Relay> {
  const args = pairs.map(({ interfaces, delayMs, loss }) => [...interfaces, `${delayMs}ms`, loss].join(','));
  const [command, ...words] = [...within(namespace), program, `-seed=${seed}`, ...args];
  const child = spawn(command!, words, {
    env: { ...process.env, ...mark },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = once(child, 'exit');
  let complaint = '';
  child.stderr.on('data', (part: Buffer) => (complaint = `${complaint}${part.toString()}`.slice(-500)));
  const lines = createInterface({ input: child.stdout });
  const first: unknown[] = await Promise.race([once(lines, 'line'), ended]);
  if (first[0] !== 'ready') throw new Error(`the relay did not start: ${complaint}`);
  const unexpected = (): void => onEnd(complaint);
  child.once('exit', unexpected);
  return {
    stop: async () => {
      child.off('exit', unexpected);
      child.stdin.end();
      await ended;
    },
  };
}
