import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../laboratory/command.js';
import type { Peer } from '../peer.js';
import { scriptOf } from '../script-of.js';
import { timed } from '../timed.js';

/** The floor: one script for each machine, all at once through OpenSSH's client. */
export const script: Peer = {
  name: 'script',
  version: async () => (await run(['dpkg-query', '-W', '-f', '${Version}', 'openssh-client'])).trim(),
  prepare: async ({ folder, access, works, prefix }) => {
    await mkdir(folder, { recursive: true });
    for (const { machine, tasks } of works)
      await writeFile(join(folder, `${machine.name}.sh`), scriptOf(tasks), { mode: 0o600 });
    const lines = works.map(
      ({ machine: { name } }) =>
        `ssh -F ${access.config} ${name} sudo -n sh -s <${folder}/${name}.sh || echo "failed: ${name}" &`,
    );
    const all = join(folder, 'all.sh');
    await writeFile(all, `${lines.join('\n')}\nwait\n`);
    return {
      run: async () => {
        const outcome = await timed([...prefix, 'sh', all], process.env);
        return outcome.output.includes('failed: ') ? { ...outcome, code: 1 } : outcome;
      },
      changes: (output) =>
        [...output.matchAll(/^changed=(\d+)$/gm)].reduce((total, [, count]) => total + Number(count), 0),
    };
  },
};
