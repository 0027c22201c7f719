import { expect, test } from 'vitest';
import { declarationOf } from '../../../activities/registry.js';
import { roles } from '../../../activities/roles/index.js';
import { seenCertificateLines } from '../../../client/output/certificates.js';
import { planSite } from '../../../client/plan-site.js';
import { rolesWithCertificates, seenCertificates } from '../../../client/run/seen-certificates.js';
import type { Finding, StepResult } from '../../../workflows/progress.js';
import { answeredView } from '../run-view.js';

const now = new Date('2026-11-27T12:00:00Z');
const facts = {
  title: 'vault-1',
  subject: 'CN=vault-1',
  issuer: 'CN=site-a platform root',
  names: ['vault-1', 'vault.site-a.example.org'],
  validFrom: '2026-11-01T00:00:00.000Z',
  validTo: '2027-11-01T00:00:00.000Z',
  renewAt: '2027-07-01T00:00:00.000Z',
  fingerprint: 'AA',
};
const at = { role: 'install-vault', step: 'certificates.look' };
const result = (target: string, problems: string[] = []): StepResult => ({
  ...at,
  target,
  result: {
    place: `/etc/socle/tls/${target}.pem`,
    facts,
    renewal: { timer: 'active', lastResult: 'success' },
    problems,
  },
});

function seen(results: StepResult[], failed: Finding[] = []) {
  const summary = { results, failed, total: 1, done: 1 };
  return seenCertificates(answeredView([{ state: 'done', summary: summary as never }]));
}

test('the roles of this version that have certificates are asked in one plan that only looks', async () => {
  const { plan } = await planSite('examples/site-100.yaml', 'check', {
    operation: {
      role: rolesWithCertificates(
        (await planSite('examples/site-100.yaml', 'check')).plan.site,
        roles.map(declarationOf),
      ),
      name: 'certificates',
    },
  });
  const planned = plan.phases.flatMap((phase) => phase.roles);
  expect(planned.map(({ name }) => name)).toEqual([
    'install-docker-registry',
    'install-vault',
    'install-load-balancer',
    'install-gogs',
  ]);
  for (const { needs, preflight } of planned)
    expect({ needs, preflight }).toEqual({ needs: [], preflight: [] });
  expect(plan.phases.every(({ gate }) => gate === undefined)).toBe(true);
});

test('each certificate is told with its names, its issuer, its days and its renewal', () => {
  const lines = seenCertificateLines(seen([result('vault-2'), result('vault-1')]), now);
  expect(lines.slice(0, 4)).toEqual([
    '  vault-1  vault-1  valid to 2027-11-01, 338 days left',
    '    for     vault-1, vault.site-a.example.org',
    '    by      CN=site-a platform root',
    '    renewal timer active, last result success',
  ]);
  expect(lines.at(-1)).toBe('2 certificates, none needs anybody.');
});

test('what needs somebody is told with the reason, a machine that could not be asked too', () => {
  const found = seen(
    [result('vault-1', ['expired on Nov 1'])],
    [{ ...at, target: 'vault-2', message: 'vault-2 does not answer on port 22' }],
  );
  expect(found.map(({ problems }) => problems)).toEqual([
    ['expired on Nov 1'],
    ['vault-2 does not answer on port 22'],
  ]);
  const lines = seenCertificateLines(found, now);
  expect(lines.join('\n')).toContain('! expired on Nov 1');
  expect(lines.join('\n')).toContain('! vault-2 does not answer on port 22');
  expect(lines.at(-1)).toBe('2 of 2 certificates need somebody.');
});
