import { describe, expect, test } from 'vitest';
import { machineNamespace } from '../../../laboratory/names.js';
import type { Datacentre } from '../datacentre.js';
import { asRoot, logIn, operatorKey } from '../log-in.js';

const name = 'vault-1';
const password = 'right-and-refused';
const otherPort = 2222;

/** A second sshd that lets passwords in; only from the machine itself, because the firewall is in between. */
const lenientSshd = `
echo 'admin-1:${password}' | chpasswd
systemd-run --quiet --collect --unit=lenient-sshd /usr/sbin/sshd -D -f /dev/null -p ${otherPort} \\
  -o HostKey=/etc/ssh/ssh_host_ed25519_key -o UsePAM=yes -o PasswordAuthentication=yes -o KbdInteractiveAuthentication=yes
until ss -H -lnt | grep -q ':${otherPort} '; do sleep 0.1; done
`;

/** Who gets in by SSH, tried with OpenSSH's own client. */
export function logins(given: () => Datacentre): void {
  describe('a prepared machine', () => {
    test("lets Socle's account and the administrator in, each with the right key", async () => {
      const socle = { user: 'socle', key: await operatorKey(given()) };
      expect(await logIn(given(), name, socle)).toMatchObject({ code: 0, stdout: 'socle\n' });
      const administrator = { user: 'admin-1', key: given().keys.first };
      expect(await logIn(given(), name, administrator, 'sudo -n id -un')).toMatchObject({
        code: 0,
        stdout: 'root\n',
      });
    });

    test('offers keys and nothing else, and refuses a password that is right', async () => {
      await asRoot(given(), name, lenientSshd);
      const login = { user: 'admin-1', password };
      const fromItself = { from: machineNamespace(name), address: '127.0.0.1', port: otherPort };
      expect(await logIn(given(), name, { ...login, ...fromItself })).toMatchObject({
        code: 0,
        stdout: 'admin-1\n',
      });
      const refused = await logIn(given(), name, login);
      expect(refused.code).toBe(255);
      expect(refused.stderr).toContain('admin-1@10.61.0.10: Permission denied (publickey).');
      await asRoot(given(), name, 'systemctl stop lenient-sshd\nusermod --password "*" admin-1\n');
    });

    test('refuses root, even with a key that is in its file', async () => {
      const key = await operatorKey(given());
      const file = '/root/.ssh/authorized_keys';
      await asRoot(given(), name, `mkdir -p /root/.ssh\ncp /home/socle/.ssh/authorized_keys ${file}\n`);
      expect((await logIn(given(), name, { user: 'root', key })).stderr).toContain('Permission denied');
      await asRoot(given(), name, `rm ${file}\n`);
    });

    test('refuses a key that nobody named, and an account that nobody named', async () => {
      for (const user of ['socle', 'admin-1'])
        expect((await logIn(given(), name, { user, key: given().keys.stranger })).stderr).toContain(
          'Permission denied (publickey)',
        );
      const script = `useradd --create-home intruder
mkdir /home/intruder/.ssh
cp /home/socle/.ssh/authorized_keys /home/intruder/.ssh/
chown -R intruder: /home/intruder/.ssh
`;
      await asRoot(given(), name, script);
      const login = { user: 'intruder', key: await operatorKey(given()) };
      expect((await logIn(given(), name, login)).stderr).toContain('Permission denied (publickey)');
      await asRoot(given(), name, 'userdel --remove intruder 2>/dev/null\n');
    });
  });
}
