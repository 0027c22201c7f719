import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

const peer = new URL('load-balancer-peer.mjs', import.meta.url).pathname;

/** Starts a peer, behind the words that lead to where it shall be; answers the lines that it prints as they come. */
export function spawnPeer(
  way: readonly string[],
  task: Record<string, unknown>,
): { process: ChildProcess; lines: AsyncIterator<string> } {
  const [program = '', ...words] = [...way, process.execPath, peer, JSON.stringify(task)];
  const started = spawn(program, words, {
    stdio: ['pipe', 'pipe', process.env['SOCLE_LOG'] ? 'inherit' : 'ignore'],
  });
  return { process: started, lines: createInterface(started.stdout)[Symbol.asyncIterator]() };
}

export async function nextLine<Line>(lines: AsyncIterator<string>): Promise<Line> {
  const next = await lines.next();
  if (next.done) throw new Error('the peer ended');
  return JSON.parse(next.value) as Line;
}
