import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../../../config/cache-folder.js';
import { run } from '../../../laboratory/command.js';
import type { Peer } from '../peer.js';
import { timed } from '../timed.js';
import { variablesOf } from '../variables.js';

const sources = join(process.cwd(), 'bench/preparation/peers/pyinfra');
/** Where `python3 -m venv` and `pip install 'pyinfra>=3,<4'` put it. */
const program = join(cacheFolder(), 'pyinfra/bin/pyinfra');

export const pyinfra: Peer = {
  name: 'pyinfra',
  version: async () => /([\d.]+)/.exec(await run([program, '--version']))?.[1] ?? 'unknown',
  prepare: async ({ folder, access, works, prefix }) => {
    await mkdir(folder, { recursive: true });
    const environmentOf = async (known: string, name: string): Promise<NodeJS.ProcessEnv> => {
      const path = join(folder, `${name}.json`);
      const machines = works.map(({ machine, tasks }) => ({
        name: machine.name,
        data: {
          ...variablesOf(tasks),
          ssh_hostname: machine.address,
          ssh_port: machine.sshPort,
          ssh_user: 'socle',
          ssh_key: access.key,
          ssh_known_hosts_file: known,
          ssh_strict_host_key_checking: 'yes',
          _sudo: true,
        },
      }));
      await writeFile(path, JSON.stringify(machines));
      return { ...process.env, SOCLE_BENCH_INVENTORY: path };
    };
    const environments = {
      first: await environmentOf(access.knownHosts.before, 'first'),
      second: await environmentOf(access.knownHosts.after, 'second'),
    };
    const words = ['-y', join(sources, 'inventory.py'), join(sources, 'deploy.py')];
    return {
      run: (name) => timed([...prefix, program, ...words], environments[name]),
      changes: changesOf,
    };
  },
};

/** From the last line of its table: `Grand total  OPERATIONS  HOSTS  CHANGED  …`. */
function changesOf(output: string): number | undefined {
  const row = /^.*Grand total.*$/m.exec(output)?.[0];
  if (row === undefined) return undefined;
  const cells = row.replace('Grand total', '').match(/\d+|-/g) ?? [];
  return cells[1] === undefined ? undefined : Number(cells[1].replace('-', '0'));
}
