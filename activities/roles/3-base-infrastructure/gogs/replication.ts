import type { Machine } from '../../../../config/machine.js';
import { directory } from '../../../host/directory.js';
import { file } from '../../../host/file.js';
import { authorizedKeys } from '../../../host/authorized-keys.js';
import { rereadUnits, type Resource } from '../../../host/resource.js';
import { service } from '../../../host/service.js';
import { user } from '../../../host/user.js';
import type { StepContext } from '../../../role.js';
import { copyLibrary } from './copy.js';
import { gogsPaths, gogsUnitName, replica } from './settings.js';

/**
 * What keeps a copy of Gogs on the other of two machines: every five minutes the one that serves sends all it holds. Both
 * have the same, so that after a take-over the direction is the other one. Nothing on a single machine.
 */
export function replicationState({ machine, machines, secrets }: StepContext): Resource[] {
  const other = otherOf(machine, machines);
  if (other === undefined) return [];
  const readable = { owner: 'root:root', mode: '0600' };
  return [
    user({ name: replica.account, comment: 'Takes copies of Gogs', shell: '/bin/sh' }),
    directory({ path: replica.folder, mode: '0700', owner: `${replica.account}:${replica.account}` }),
    authorizedKeys({ user: replica.account, keys: [receivingKey(other, secrets)] }),
    file({
      path: replica.key,
      content: secrets.replicationKey(machine.name).privateKey,
      secret: true,
      ...readable,
    }),
    file({ path: replica.knownHosts, content: knownHost(other, secrets), ...readable }),
    file({ path: replica.script, content: replicationScript(other), owner: 'root:root', mode: '0700' }),
    file({ path: unitPath(replica.unit), content: replicationUnit, notify: [rereadUnits] }),
    file({ path: unitPath(replica.timer), content: replicationTimer, notify: [rereadUnits] }),
    service({ unit: replica.timer, boot: 'enabled', now: 'running' }),
  ];
}

export function otherOf(machine: Machine, machines: readonly Machine[]): Machine | undefined {
  return machines.find(({ name }) => name !== machine.name);
}

export function unitPath(unit: string): string {
  return `/etc/systemd/system/${unit}`;
}

/** The other machine's key opens this one thing, from there alone. A copy that was cut off never replaces a whole one. */
function receivingKey(other: Machine, secrets: StepContext['secrets']): string {
  const { copy } = replica;
  const receive = `base64 -d >${copy}.new && gzip -t <${copy}.new && mv -f ${copy}.new ${copy}`;
  const { publicKey } = secrets.replicationKey(other.name);
  return `restrict,from="${other.address}",command="${receive}" ${publicKey.trim()}`;
}

function knownHost({ name, address, sshPort }: Machine, secrets: StepContext['secrets']): string {
  const host = sshPort === 22 ? address : `[${address}]:${sshPort}`;
  return `${host} ${secrets.hostKey(name).publicKey.trim()}\n`;
}

/** Sends a copy to the other machine; with `last` also when Gogs does not run, so that nothing can be pushed any more. */
export function replicationScript({ address, sshPort }: Pick<Machine, 'address' | 'sshPort'>): string {
  const options = ['BatchMode=yes', 'StrictHostKeyChecking=yes', `UserKnownHostsFile=${replica.knownHosts}`];
  const words = [...options, 'ConnectTimeout=10', 'ServerAliveInterval=15'].map((option) => `-o ${option}`);
  return `set -eu
if [ $# = 0 ] && ! systemctl is-active --quiet ${gogsUnitName}; then exit 0; fi
${copyLibrary}send() {
  base64 "$copy" | ssh -i ${replica.key} -p ${sshPort} ${words.join(' ')} ${replica.account}@${address} receive
}
copy=$(mktemp ${gogsPaths.data}/replica.XXXXXX)
if pack "$copy" && send; then status=0; else status=1; fi
rm -f "$copy"
exit $status
`;
}

const replicationUnit = `[Unit]
Description=Copy of Gogs to the machine that stands by
After=network-online.target

[Service]
Type=oneshot
ExecStart=/bin/sh ${replica.script}
TimeoutStartSec=15min
NoNewPrivileges=yes
ProtectHome=yes
PrivateTmp=yes
`;

const replicationTimer = `[Unit]
Description=Copy of Gogs every five minutes

[Timer]
OnCalendar=*:0/5
AccuracySec=1s

[Install]
WantedBy=timers.target
`;
