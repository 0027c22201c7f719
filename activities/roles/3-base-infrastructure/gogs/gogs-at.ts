import { setTimeout as sleep } from 'node:timers/promises';
import type { Machine } from '../../../../config/machine.js';
import { siteAuthority } from '../../../certificates/site-authority.js';
import type { GitRemote } from '../../../clients/git/remote.js';
import type { Gogs, GogsLogin } from '../../../clients/gogs/gogs.js';
import { ApiError, NotReadyError } from '../../../errors.js';
import type { StepContext } from '../../../role.js';
import { gitopsRepository, gogsPort } from './settings.js';

/** Gogs on one machine, asked by that machine's own address. */
export type GogsAt = {
  machine: Machine;
  as: (login: GogsLogin) => Gogs;
  /** The platform's repository, as git reads and writes it. */
  repository: (login: GitRemote['login']) => GitRemote;
  /** Waits until it answers at all. @throws NotReadyError */
  answers: () => Promise<void>;
};

const answersWithinMs = 60_000;
const askEveryMs = 300;

export async function gogsAt(context: StepContext, machine: Machine): Promise<GogsAt> {
  const { gogsClient } = await import('../../../clients/gogs/gogs.js');
  const { root: ca } = await siteAuthority(context);
  const { signal, progress } = context;
  const url = `https://${machine.address}:${gogsPort}`;
  const { owner, name } = gitopsRepository;
  const as = (login: GogsLogin): Gogs => gogsClient({ url, ca, login, signal });
  return {
    machine,
    as,
    repository: (login) => ({ url: `${url}/${owner}/${name}.git`, ca, login, signal }),
    answers: async () => {
      const { ownUser } = await import('../../../clients/gogs/own-user.js');
      const nobody = as({ token: 'none' });
      progress(`wait for Gogs on ${machine.name}`);
      for (const end = Date.now() + answersWithinMs; ;) {
        const error: unknown = await ownUser(nobody).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        signal.throwIfAborted();
        // Whoever is told that nobody has this token was answered by Gogs.
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 401 || error.status === 403) return;
        if (Date.now() > end)
          throw new NotReadyError(
            `Gogs on ${machine.name}`,
            `${error.message}. Look: journalctl -u gogs on ${machine.name}`,
          );
        await sleep(askEveryMs, undefined, { signal });
      }
    },
  };
}
