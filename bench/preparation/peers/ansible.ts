import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../laboratory/command.js';
import type { Peer } from '../peer.js';
import { timed } from '../timed.js';
import { variablesOf } from '../variables.js';

const playbook = join(process.cwd(), 'bench/preparation/peers/ansible/site.yml');

/** Ansible with what makes it fast: pipelining, connections that stay, as many forks as machines, no facts. */
export const ansible: Peer = {
  name: 'ansible',
  version: async () => /core ([\d.]+)/.exec(await run(['ansible', '--version']))?.[1] ?? 'unknown',
  prepare: async ({ folder, access, works, prefix }) => {
    const hosts = Object.fromEntries(works.map(({ machine, tasks }) => [machine.name, variablesOf(tasks)]));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'inventory.json'), JSON.stringify({ all: { hosts } }));
    await writeFile(
      join(folder, 'ansible.cfg'),
      `[defaults]
inventory = ${folder}/inventory.json
forks = ${works.length}
gathering = explicit
interpreter_python = /usr/bin/python3
host_key_checking = true
retry_files_enabled = false
nocows = true
[ssh_connection]
pipelining = true
ssh_args = -F ${access.config} -o ControlMaster=auto -o ControlPersist=60s
control_path_dir = ${folder}/control
`,
    );
    const environment = { ...process.env, ANSIBLE_CONFIG: join(folder, 'ansible.cfg'), ANSIBLE_NOCOLOR: '1' };
    return {
      run: () => timed([...prefix, 'ansible-playbook', playbook], environment),
      changes: (output) => sum(output, /changed=(\d+)/g),
    };
  },
};

function sum(output: string, pattern: RegExp): number {
  return [...output.matchAll(pattern)].reduce((total, [, count]) => total + Number(count), 0);
}
