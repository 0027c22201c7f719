import { expect, test } from 'vitest';
import { authorityRequest } from '../../../config/certificates/authority.js';
import { certificatesIn } from '../../../config/certificates/pem.js';
import { trustedAuthoritiesOf } from '../../../config/certificates/trusted-authorities.js';
import type { Site } from '../../../config/site.js';
import { answerOfCustomer, authorityFrom, secretsFrom, site } from '../../certificates-fixture.js';

const artifacts = { packages: 'https://mirror.example.org/debian' } as Site['artifacts'];
const platform = { ...site, artifacts };
const customer = {
  ...platform,
  certificates: { ...site.certificates, root: 'customer' as const, chain: 'env:CHAIN' },
};
const [first, second] = await Promise.all(['11', '22'].map(authorityFrom));

test("machines trust the platform's root, and the artefact source's authority where it has its own", async () => {
  const root = { name: 'socle-platform', certificate: first!.root };
  expect(await trustedAuthoritiesOf(platform, secretsFrom('11'))).toEqual([root]);
  const secrets = secretsFrom('11', { CA: `mirror\r\n${second!.root.replaceAll('\n', '\r\n')}` });
  const own = { ...platform, artifacts: { ...artifacts, ca: 'env:CA' } };
  expect(await trustedAuthoritiesOf(own, secrets)).toEqual([
    { name: 'socle-artifacts', certificate: second!.root },
    root,
  ]);
});

test('each certificate is a file of its own, because only such a file is found by its hash', async () => {
  const own = { ...platform, artifacts: { ...artifacts, ca: 'env:CA' } };
  const names = async (CA: string): Promise<string[]> =>
    (await trustedAuthoritiesOf(own, secretsFrom('11', { CA }))).map(({ name }) => name);
  expect(await names(first!.root + second!.root)).toEqual([
    ...['socle-artifacts', 'socle-artifacts-2', 'socle-platform'],
  ]);
  await expect(names('no certificate')).rejects.toThrow('artifacts.ca (env:CA) holds no certificate');
});

test("a customer's root is trusted as soon as their answer is there and is what it must be", async () => {
  const environment: NodeJS.ProcessEnv = {};
  const secrets = secretsFrom('11', environment);
  const trusted = (): Promise<unknown> => trustedAuthoritiesOf(customer, secrets);
  expect(await trusted()).toEqual([]);
  const request = authorityRequest(customer, secrets);
  environment['CHAIN'] = await answerOfCustomer(authorityRequest(customer, secretsFrom('22')));
  expect(await trusted()).toEqual([]);
  const chain = await answerOfCustomer(request);
  environment['CHAIN'] = chain;
  expect(await trusted()).toEqual([{ name: 'socle-platform', certificate: certificatesIn(chain).at(-1) }]);
});
