import { expect, test } from 'vitest';
import { gogsConfiguration } from '../../../activities/roles/3-base-infrastructure/gogs/configuration.js';
import { copyLibrary } from '../../../activities/roles/3-base-infrastructure/gogs/copy.js';
import { firstUserScript } from '../../../activities/roles/3-base-infrastructure/gogs/first-user.js';
import { replicationScript } from '../../../activities/roles/3-base-infrastructure/gogs/replication.js';
import { gogsUnitName } from '../../../activities/roles/3-base-infrastructure/gogs/settings.js';
import { gogsUnit } from '../../../activities/roles/3-base-infrastructure/gogs/unit.js';

const settings = {
  domain: 'gogs.site-a.example.org',
  secretKey: '0f'.repeat(32),
  hookHosts: ['argocd-apps.site-a.example.org', 'argocd-dmz.site-a.example.org'],
};
const texts: Record<string, string> = {
  'app.ini': gogsConfiguration(settings),
  'app-with-ssh.ini': gogsConfiguration({ ...settings, sshPort: 2222 }),
  [gogsUnitName]: gogsUnit(),
  'copy.sh': copyLibrary,
  'replicate.sh': replicationScript({ address: '10.10.0.16', sshPort: 22 }),
  'first-user.sh': firstUserScript(settings, {
    username: 'socle',
    email: 'socle@site-a.example.org',
    password: 'the password',
  }),
};

test.each(Object.keys(texts))('%s is the golden text', async (name) => {
  await expect(texts[name]).toMatchFileSnapshot(`gogs/${name}`);
});

test('a value that the file would not give back is refused, without showing it', () => {
  for (const secretKey of ['two words', '$HOME', 'a"b', 'a\\b', 'a`b', '%(DOMAIN)s'])
    expect(() => gogsConfiguration({ ...settings, secretKey })).toThrow(
      /^SECRET_KEY has a character that app\.ini would not give back$/,
    );
});
