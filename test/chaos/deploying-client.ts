import type { Begun, Ran, StackUnderTest } from '../end-to-end/stack.js';
import { exitCodes } from '../../config/errors.js';

/** The terminal of a person who deploys a site: killed and opened again, until the run ends. */
export type DeployingClient = {
  kill: () => Promise<void>;
  /** As a person does who finds the terminal gone. */
  comeBack: (by: 'watch' | 'deploy') => void;
  /** The end of the client that saw the end of the run. */
  ended: Promise<Ran>;
  /** First lines of clients that gave up because no server answered. */
  unreachable: string[];
};

/** Starts `socle deploy` as a process of its own, and whatever a person types after it ended without the run's outcome. */
export function deployBy(stack: StackUnderTest, file: string, site: string): DeployingClient {
  const commands = { deploy: ['deploy', file, '--yes', '--on-failure', 'wait'], watch: ['watch', site] };
  const unreachable: string[] = [];
  let current: Begun | undefined;
  let away: { over: Promise<'watch' | 'deploy'>; end: (by: 'watch' | 'deploy') => void } | undefined;

  const toTheEnd = async (): Promise<Ran> => {
    let next: keyof typeof commands = 'deploy';
    for (;;) {
      current = await stack.begin(...commands[next]);
      const ran = await current.ended;
      if (ran.code === exitCodes.unreachable) unreachable.push(ran.stderr.split('\n')[0]!);
      if (away) next = await away.over;
      else if (ran.code === exitCodes.notFound) next = 'deploy';
      else if (ran.code === exitCodes.unreachable || ran.stderr.includes('is under way')) next = 'watch';
      else return ran;
    }
  };

  return {
    kill: async () => {
      if (away) return;
      let end: (by: 'watch' | 'deploy') => void = () => undefined;
      const over = new Promise<'watch' | 'deploy'>((resolve) => (end = resolve));
      away = { over, end };
      current?.kill();
      await current?.ended;
    },
    comeBack: (by) => {
      away?.end(by);
      away = undefined;
    },
    ended: toTheEnd(),
    unreachable,
  };
}
