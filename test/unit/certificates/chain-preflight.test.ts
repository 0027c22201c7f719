import { expect, test } from 'vitest';
import { chainPreflight } from '../../../activities/certificates/chain-preflight.js';
import type { StepContext } from '../../../activities/role.js';
import { authorityRequest } from '../../../config/certificates/authority.js';
import { certificatesIn } from '../../../config/certificates/pem.js';
import { answerOfCustomer, secretsFrom, site } from '../../certificates-fixture.js';

const customer = {
  ...site,
  certificates: { ...site.certificates, root: 'customer' as const, chain: 'env:CHAIN' },
};
const remedy =
  'certificates.chain: what your authority has to sign: socle certificates FILE --request. Its answer belongs where env:CHAIN says';

function problemsOf(given: typeof site, CHAIN?: string): Promise<string[]> {
  const environment = CHAIN === undefined ? {} : { CHAIN };
  return chainPreflight.check({ site: given, secrets: secretsFrom('11', environment) } as StepContext);
}
const request = (master: string): string => authorityRequest(customer, secretsFrom(master));

test("the platform's own authority needs nobody", async () => {
  expect(await problemsOf(site)).toEqual([]);
});

test('an answer that is as it must be lets the phase begin', async () => {
  expect(await problemsOf(customer, await answerOfCustomer(request('11')))).toEqual([]);
});

test('a missing answer is named with the command that prints the request', async () => {
  expect(await problemsOf(customer)).toEqual([
    expect.stringContaining('certificates.chain: env:CHAIN: the variable CHAIN is not set'),
    remedy,
  ]);
});

test('everything that is wrong with an answer is said at once', async () => {
  const foreign = await answerOfCustomer(request('22'), { kind: 'server', names: ['a'], addresses: [] });
  const [own, root] = certificatesIn(foreign);
  expect(await problemsOf(customer, root! + own!)).toEqual([
    expect.stringContaining("is not for this site's signing request"),
    expect.stringContaining('was not signed by "CN=platform", which stands after it'),
    expect.stringContaining('"CN=platform" stands last and is no root'),
    remedy,
  ]);
  expect(await problemsOf(customer, foreign)).toEqual([
    expect.stringContaining("is not for this site's signing request"),
    expect.stringContaining('may not sign certificates'),
    remedy,
  ]);
  const broken = own!.replace(/\n.{10}/, '\nAAAAAAAAAA');
  expect(await problemsOf(customer, broken + root!)).toEqual([
    'certificates.chain: certificate 1 in it cannot be read',
    remedy,
  ]);
});
