import { CommandError, quoted, type SimulatedCommand } from '../command.js';
import { runShell } from '../shell.js';
import { listenOn, unitName } from '../units.js';

/** `systemd-run`: work that outlives the connection, at once or after a while. */
export const transientCommands: readonly SimulatedCommand[] = [
  {
    name: 'systemd-run',
    root: true,
    run: async (args, { machine }) => {
      const words = [...args];
      let [unit, delayMs, wait] = [`run-r${machine.running.size}`, 0, false];
      const socket: string[] = [];
      for (; words[0]?.startsWith('-'); words.shift()) {
        const word = words[0];
        if (word.startsWith('--unit=')) unit = word.slice(7);
        else if (word.startsWith('--on-active=')) delayMs = Number.parseInt(word.slice(12), 10) * 1000;
        else if (word.startsWith('--socket-property=')) socket.push(word.slice(18));
        else if (word === '--wait') wait = true;
        else if (
          !/^(--quiet|-q|--collect|-G|--no-block|--no-ask-password|--property=.*|-p.+|--description=.*|--timer-property=.*|--service-type=.*|--setenv=.*|--same-dir)$/.test(
            word,
          )
        )
          throw new CommandError(`systemd-run: unrecognized option '${word}'`);
      }
      if (socket.length > 0) {
        // What it would start with the first connection waits with its sockets and takes none.
        listenOn(machine, `${unit}.socket`, socket.join('\n'));
        machine.running.set(`${unit}.socket`, { state: 'active', since: Date.now() });
        return;
      }
      const timer = delayMs > 0;
      const name = timer ? `${unit}.timer` : unitName(unit);
      if (machine.running.get(name)?.state === 'active')
        throw new CommandError(
          `Failed to start transient ${timer ? 'timer' : 'service'} unit: Unit ${name} was already loaded or has a fragment file.`,
        );
      const mark = { state: 'active' as const, since: Date.now() };
      machine.running.set(name, mark);
      const work = async (): Promise<void> => {
        await new Promise((resolve) => setTimeout(resolve, delayMs).unref());
        // A timer that was stopped meanwhile, or a machine that was rebooted, does nothing.
        if (machine.running.get(name) !== mark) return;
        const { exitCode } = await runShell(machine, 'root', words.map(quoted).join(' '), '');
        if (machine.running.get(name) !== mark) return;
        if (exitCode === 0) machine.running.delete(name);
        else machine.running.set(name, { state: 'failed', since: Date.now() });
        await machine.persist();
      };
      const done = work();
      if (wait) await done;
    },
  },
];
