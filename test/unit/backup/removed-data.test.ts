import { expect, test } from 'vitest';
import { declarationOf } from '../../../activities/registry.js';
import { roles } from '../../../activities/roles/index.js';
import { planSite } from '../../../client/plan-site.js';
import { removedData } from '../../../config/data-roles.js';

const declarations = roles.map(declarationOf);

test.each([
  { removed: 'the whole site', selection: {}, takes: true },
  {
    removed: 'the machines of the infrastructure',
    selection: { only: ['provisionnement-vms-infra'] },
    takes: true,
  },
  { removed: 'Vault itself', selection: { only: ['install-vault'] }, takes: true },
  {
    removed: 'the machines of the clusters',
    selection: { only: ['provisionnement-vms-apps'] },
    takes: false,
  },
  { removed: 'what prepared the machines', selection: { only: ['prepare-vms'] }, takes: false },
])("removing $removed takes Vault's data away: $takes", async ({ selection, takes }) => {
  const { plan } = await planSite('examples/site-100.yaml', 'remove', { selection });
  expect(removedData(plan, declarations).includes('install-vault')).toBe(takes);
});
