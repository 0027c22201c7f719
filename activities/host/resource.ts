import { quote } from './quote.js';

/** Something to be done once at the end of a step, only when a resource that notifies it was changed. */
export type Handler = { name: string; command: string };

/** What a script looks at for all its resources at once, before it compares any (look-library.ts). */
export type LooksAt = {
  paths?: readonly string[];
  units?: readonly string[];
  /** Local accounts and groups (accounts-library.ts). */
  accounts?: true;
};

/**
 * A piece of a host's state, compiled: `call` compares it with the host and, in mode apply, brings it about.
 * `library` holds the shell functions that the call uses; each is written into a script once.
 */
export type Resource = {
  title: string;
  library: readonly string[];
  call: string;
  notify: readonly Handler[];
  looksAt?: LooksAt;
};

/** What every kind of resource may carry besides its own fields. */
export type Common = { notify?: readonly Handler[] };

/** Leaves a resource out on a machine without a kernel of its own: its clock and its audit log are the host's. */
export function withOwnKernel(resource: Resource): Resource {
  return { ...resource, call: `if [ ! -e /run/systemd/container ]; then\n${resource.call}\nfi` };
}

/** Shell that does it now if it has to be done; at the end of the script nothing is left of it to do. */
export function handlerCall({ name, command }: Handler): string {
  return `handler ${name} ${quote(command)}`;
}

/** Asks systemd to read a unit's configuration again without dropping its connections. */
export function reload(unit: string): Handler {
  return { name: `reload-${unit}`, command: `systemctl reload-or-restart ${unit}` };
}

export function restart(unit: string): Handler {
  return { name: `restart-${unit}`, command: `systemctl restart ${unit}` };
}

/** systemd reads all units of the machine again, which takes longer than anything else it is asked: once for a script. */
export const rereadUnits: Handler = { name: 'reread-units', command: 'systemctl daemon-reload' };
