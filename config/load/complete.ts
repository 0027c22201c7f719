import { Site } from '../site.js';
import type { SparseSite } from './prune.js';

/** Stands in for what sizing does not look at, so that ranges can be judged beside unrelated mistakes. */
const filler = {
  name: 'site',
  uuid: '00000000-0000-4000-8000-000000000000',
  domain: 'example.org',
  products: ['eservices', 'gco'],
  hypervisor: {
    kind: 'vsphere',
    url: 'https://example.org',
    username: 'nobody',
    password: 'env:NONE',
    ca: 'env:NONE',
    datacenter: 'none',
    cluster: 'none',
    datastore: 'none',
  },
  templates: { default: { name: 'none', os: 'debian-12' } },
} as const;

/**
 * A whole site made of the valid parts, good for sizing only; undefined when zones, users or other figures that sizing
 * needs are wrong. Users that are no whole number are rounded up.
 */
export function completed(sparse: SparseSite, rawUsers: unknown): Site | undefined {
  const concurrentUsers = typeof rawUsers === 'number' ? Math.ceil(rawUsers) : undefined;
  const { zones, machines, sizing, rancher, clusters, options } = sparse;
  const result = Site.safeParse({
    ...filler,
    ...definedOf({ name: sparse.name, uuid: sparse.uuid, domain: sparse.domain }),
    ...(sparse.hypervisor?.kind === 'existing' ? { hypervisor: sparse.hypervisor } : {}),
    ...(sparse.products?.includes(undefined) === false ? { products: sparse.products } : {}),
    ...definedOf({ zones, machines, sizing, rancher, clusters, options }),
    concurrentUsers,
    dns: { mode: 'hosts', servers: ['192.0.2.1'] },
    ntp: ['192.0.2.1'],
    administrators: [{ name: 'nobody', keys: [fillerKey] }],
    artifacts: { packages: 'https://example.org/', store: 'https://example.org/' },
    secrets: { master: 'env:NONE' },
  });
  return result.success ? result.data : undefined;
}

/** A well-formed key of 32 zero bytes that nobody has the private half of; it never leaves this file. */
const fillerKey = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'A'.repeat(43)}`;

function definedOf(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
