import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  haproxyConfiguration,
  statisticsLogin,
} from '../../activities/roles/3-base-infrastructure/load-balancer/haproxy.js';
import { LoadBalancerInputs } from '../../activities/roles/3-base-infrastructure/load-balancer/inputs.js';
import {
  checkScript,
  keepalivedConfiguration,
} from '../../activities/roles/3-base-infrastructure/load-balancer/keepalived.js';
import { paths } from '../../activities/roles/3-base-infrastructure/load-balancer/paths.js';
import { canTestWith } from '../../tools/test-programs.js';
import { machineCertificate } from '../unit/load-balancer/certificate.js';
import { example } from '../unit/load-balancer/fixture.js';

const inputs = LoadBalancerInputs.parse({});
const names = ['lb-lan-1', 'lb-integration-1', 'lb-dmz-1', 'lb-dmz-2'];
const silent = { status: 0, stdout: '', stderr: '' };
let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'socle-load-balancer-'));
  writeFileSync(join(folder, 'machine.pem'), await machineCertificate('lb', '127.0.0.1'));
  writeFileSync(join(folder, 'login'), statisticsLogin('a-password'));
  writeFileSync(join(folder, 'card.conf'), '$CARD=eth0\n');
  writeFileSync(join(folder, 'check-haproxy'), checkScript);
  chmodSync(join(folder, 'check-haproxy'), 0o755);
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(program: string, ...words: string[]): typeof silent {
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  return { status: status ?? -1, stdout, stderr };
}

/** keepalived looks whether the card is there. */
function tryKeepalived(text: string): typeof silent {
  const file = join(folder, 'keepalived.conf');
  const local = text
    .replace(paths.checkScript, join(folder, 'check-haproxy'))
    .replace(paths.card, join(folder, 'card.conf'));
  writeFileSync(file, local);
  const script = `ip link add eth0 type bridge && exec /usr/sbin/keepalived -t -f ${file}`;
  return run('unshare', '-n', 'sh', '-c', script);
}

describe.each(['site-100', 'site-1000'])('the texts for %s', (name) => {
  test.runIf(canTestWith('haproxy'))('are taken by the real HAProxy without a word', async () => {
    const { site, inventory, machine } = await example(name);
    for (const who of names) {
      const text = haproxyConfiguration(site, inventory, machine(who), inputs)
        .text.replaceAll(`/etc/socle/tls/${who}.pem`, join(folder, 'machine.pem'))
        .replaceAll(paths.statisticsLogin, join(folder, 'login'));
      const file = join(folder, 'haproxy.cfg');
      writeFileSync(file, text);
      expect(run('/usr/sbin/haproxy', '-c', '-q', '-f', file), who).toEqual(silent);
      writeFileSync(file, text.replace('default_backend', 'default_backened'));
      expect(run('/usr/sbin/haproxy', '-c', '-f', file).status, who).toBe(1);
    }
  });

  test.runIf(canTestWith('keepalived') && canTestWith('namespaces'))(
    'are taken by the real keepalived, at a second and at less, with a card that is named and one that is found',
    async () => {
      const { site, inventory, machine } = await example(name);
      const lan = { ...site.zones.lan };
      delete lan.interface;
      const unnamed = { ...site, zones: { ...site.zones, lan } };
      for (const who of names)
        for (const options of [inputs, { ...inputs, advertisementSeconds: 0.3 }]) {
          const text = keepalivedConfiguration(unnamed, inventory, machine(who), options);
          expect(tryKeepalived(text), who).toEqual(silent);
          expect(tryKeepalived(text.replace('advert_int', 'advert_interval')).status, who).not.toBe(0);
        }
    },
  );
});
