import type { Handler } from '../../activities/host/resource.js';
import type { Restart } from './task.js';

/**
 * Audit rules are the kernel's: a container loads none. What reads units again belongs to what enables and masks them,
 * which each engine does in its own way.
 */
const leftOut = ['load-audit-rules', 'reread-units'];

/**
 * What a handler restarts.
 * @throws Error for a handler that does something else
 */
export function restartOf({ name, command }: Handler): Restart[] {
  if (leftOut.includes(name)) return [];
  const [, verb, unit] =
    /^(?:if systemctl is-active --quiet \S+; then )?systemctl (reload-or-restart|restart) ([\w@.-]+)(?:; fi)?$/.exec(
      command,
    ) ?? [];
  if (verb === undefined || unit === undefined)
    throw new Error(`the handler ${name} does what nobody was told: ${command}`);
  return [{ action: verb === 'restart' ? 'restart' : 'reload', unit }];
}
