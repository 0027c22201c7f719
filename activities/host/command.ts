import { quote } from './quote.js';
import type { Common, Resource } from './resource.js';

const commandLibrary = `guarded() {
  if eval "$1" >/dev/null 2>&1; then return 0; fi
  if differs "$2"; then eval "$3" >&2; fi
}`;

export type GuardedCommand = Common & {
  title: string;
  /** Shell that only reads and succeeds when nothing is to be done. */
  unless: string;
  run: string;
  /** What a report says when the guard fails. */
  reason: string;
};

/** A command that runs only when its guard fails. The last resort, where no kind of resource fits. */
export function command({ title, unless, run, reason, notify = [] }: GuardedCommand): Resource {
  return {
    title,
    library: [commandLibrary],
    call: `guarded ${quote(unless)} ${quote(reason)} ${quote(run)}`,
    notify,
  };
}
