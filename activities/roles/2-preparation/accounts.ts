import { absent } from '../../host/absent.js';
import { authorizedKeys } from '../../host/authorized-keys.js';
import { file } from '../../host/file.js';
import { members } from '../../host/members.js';
import type { Resource } from '../../host/resource.js';
import { user } from '../../host/user.js';
import type { Site } from '../../../config/site.js';

/** Members are the site file's administrators and nobody else. */
const administratorsGroup = 'socle-admins';

/**
 * Socle's own account first, so that whatever fails later can be mended; then the administrators. Nobody has a password,
 * so sudo asks for none: the SSH key is what counts.
 */
export function accounts(site: Site, operatorPublicKey: string): Resource[] {
  const { user: own } = site.ssh;
  const names = site.administrators.map(({ name }) => name);
  return [
    user({ name: own, comment: 'Socle' }),
    authorizedKeys({ user: own, keys: [operatorPublicKey] }),
    sudoers(`${ownRights(own)}%${administratorsGroup} ALL=(ALL:ALL) NOPASSWD: ALL\n`),
    absent({ path: '/etc/sudoers.d/90-cloud-init-users' }),
    members({ group: administratorsGroup, names }),
    ...site.administrators.flatMap(({ name, keys }) => [
      user({ name, comment: `Administrator of ${site.name}`, groups: [administratorsGroup] }),
      authorizedKeys({ user: name, keys }),
    ]),
    absent({ path: '/root/.ssh/authorized_keys' }),
  ];
}

/** What stays of the accounts when the preparation is taken back: Socle's own, which the machine was taken over with. */
export function ownAccountOnly({ ssh: { user: own } }: Site): Resource[] {
  return [members({ group: administratorsGroup, names: [] }), sudoers(ownRights(own))];
}

function ownRights(own: string): string {
  return `Defaults:${own} !requiretty\n${own} ALL=(ALL:ALL) NOPASSWD: ALL\n`;
}

function sudoers(content: string): Resource {
  return file({
    path: '/etc/sudoers.d/90-socle',
    mode: '0440',
    content,
    validate: 'visudo -cqf "$new"',
  });
}
