import { expect, test } from 'vitest';
import { serverConfiguration } from '../../../activities/roles/3-base-infrastructure/vault/server-configuration.js';
import { serverSettings } from '../../../activities/roles/3-base-infrastructure/vault/server-settings.js';
import type { Site } from '../../../config/site.js';
import { contextFor } from '../../unit/prepare-fixture.js';

const transit: Site['vault'] = {
  unseal: {
    kind: 'transit',
    url: 'https://vault.customer.example:8200',
    key: 'socle-${site}',
    token: 'env:TRANSIT_TOKEN',
    ca: 'file:/etc/customer.pem',
  },
};

async function configurationOf(vault?: Site['vault']): Promise<string> {
  const { site, machine, machines } = await contextFor('vault-1', (one) => (vault ? { ...one, vault } : one));
  const members = machines.filter(({ group }) => group === 'vault');
  return serverConfiguration(serverSettings(site, machine, members));
}

test('the configuration of a node that is opened with shares', async () => {
  await expect(await configurationOf()).toMatchFileSnapshot('vault-1.hcl');
});

test('the configuration of a node that another Vault opens holds no token', async () => {
  const text = await configurationOf(transit);
  await expect(text).toMatchFileSnapshot('vault-1-transit.hcl');
  expect(text).not.toContain('TRANSIT_TOKEN');
});
