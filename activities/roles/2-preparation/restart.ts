import { setTimeout as sleep } from 'node:timers/promises';
import { NotReadyError } from '../../errors.js';
import { hostOf } from '../../host/host-of.js';
import { done, todo, type Step, type StepContext } from '../../role.js';

/** Names the run that asked for the restart and the boot that it is to end, so that a retry restarts nothing twice. */
const mark = '/var/lib/socle/restart';
const longestWaitMs = 15 * 60_000;
const lookAgainMs = 2_000;

/** True once the machine has started anew since this run first asked it to. */
async function isRestarted(context: StepContext): Promise<boolean> {
  const host = await hostOf(context, context.machine);
  const script = `cat ${mark} 2>/dev/null || :\ncat /proc/sys/kernel/random/boot_id\n`;
  const { stdout } = await host.run(script, { signal: context.signal, label: 'read the boot id' });
  const lines = stdout.trim().split('\n');
  const [run, bootBefore] = (lines.length > 1 ? (lines[0] ?? '') : '').split(' ');
  return run === context.runId && bootBefore !== lines.at(-1);
}

export const restartStep: Step = {
  id: 'restart',
  title: 'restart and wait until it answers',
  on: 'each',
  profile: 'wait',
  rolling: true,
  check: async (context) => ((await isRestarted(context)) ? done : todo('not restarted in this run')),
  apply: async (context) => {
    const { signal, progress, machine, runId } = context;
    const host = await hostOf(context, context.machine);
    const ask = `mkdir -p /var/lib/socle
boot=$(cat /proc/sys/kernel/random/boot_id)
case "$(cat ${mark} 2>/dev/null || :)" in
  '${runId} '*) ;;
  *) printf '%s %s\\n' '${runId}' "$boot" >${mark} ;;
esac
systemd-run --quiet --collect --unit=socle-restart --on-active=1 systemctl reboot
`;
    await host.run(ask, { signal, label: 'restart' });
    const startedAt = Date.now();
    let last = 'it has not gone down yet';
    while (Date.now() - startedAt < longestWaitMs) {
      await sleep(lookAgainMs, undefined, { signal });
      progress(`waiting for the restart: ${last}`);
      host.reconnect();
      try {
        if (await isRestarted(context)) return [`${machine.name} restarted`];
      } catch (error) {
        signal.throwIfAborted();
        last = (error as Error).message;
      }
    }
    throw new NotReadyError(`${machine.name} after its restart`, last);
  },
};
