import type { Plan } from '../../../../config/plan-types.js';
import { namedServices } from '../../../../config/names.js';
import type { Machine } from '../../../../config/machine.js';
import type { AppRole } from '../../../clients/vault/approle.js';
import type { WantedMount } from '../../../clients/vault/mounts.js';
import type { PkiRole } from '../../../clients/vault/pki-roles.js';
import type { PkiUrls } from '../../../clients/vault/pki.js';
import { breakGlassPolicy, orchestratorPolicy } from './policies.js';
import { apiPort, paths } from './server-settings.js';

const hour = 3_600;
const day = 24 * hour;
/** A little more than the longest certificate: what a mount signs may not outlive it. */
const pkiLeaseSeconds = 5 * 366 * day;

/** How a running Vault of a site is configured. Pure data without a secret. */
export type WantedConfiguration = {
  engines: Readonly<Record<string, WantedMount>>;
  authMethods: Readonly<Record<string, WantedMount>>;
  policies: Readonly<Record<string, string>>;
  /** The file of each audit device. */
  audit: Readonly<Record<string, string>>;
  intermediate: { commonName: string; organization: string; keyName: string; days: number };
  urls: PkiUrls;
  pkiRoles: Readonly<Record<string, PkiRole>>;
  /** Machines that renew their certificates; their names are the common names. */
  renewal: { machines: readonly string[]; policy: string; tokenSeconds: number };
  appRoles: Readonly<Record<AppRoleName, AppRole>>;
};

export type AppRoleName = 'orchestrator' | 'break-glass';

/** What a plan's Vault is to be: its engines, who may log in from where, and what each machine may have signed. */
export function wantedConfiguration({
  site,
  machines,
  virtualAddresses,
}: Pick<Plan, 'site' | 'machines' | 'virtualAddresses'>): WantedConfiguration {
  const services = namedServices(site, { machines, virtualAddresses });
  const vaultName = services.find(({ service }) => service === 'vault')?.name ?? `vault.${site.domain}`;
  const role = (policy: AppRoleName, tokenSeconds: number): AppRole => ({
    policies: [policy],
    networks: [...site.management],
    tokenSeconds,
  });
  return {
    engines: {
      kv: { type: 'kv', options: { version: '2' } },
      pki: { type: 'pki', maxLeaseSeconds: pkiLeaseSeconds },
    },
    authMethods: { approle: { type: 'approle' }, cert: { type: 'cert' } },
    policies: { orchestrator: orchestratorPolicy, 'break-glass': breakGlassPolicy },
    audit: { file: paths.audit[0], 'second-file': paths.audit[1] },
    intermediate: {
      commonName: `${site.name} platform intermediate`,
      organization: site.domain,
      keyName: 'intermediate-1',
      days: 5 * 365,
    },
    urls: {
      issuing: [`https://${vaultName}:${apiPort}/v1/pki/ca`],
      revoked: [`https://${vaultName}:${apiPort}/v1/pki/crl`],
    },
    pkiRoles: Object.fromEntries(
      machines.map((machine) => [
        machine.name,
        { names: certificateNames(site.domain, machine, services), addresses: true, seconds: 365 * day },
      ]),
    ),
    renewal: {
      machines: machines.map(({ name }) => name),
      policy: 'certificate-renewal',
      tokenSeconds: hour / 6,
    },
    appRoles: { orchestrator: role('orchestrator', hour), 'break-glass': role('break-glass', hour) },
  };
}

type Service = { service: string; name: string; address: string };

/** A machine's own names, and those of the services that are reached at its address or at its group's. */
export function certificateNames(domain: string, machine: Machine, services: readonly Service[]): string[] {
  const served = services.filter(
    ({ service, address }) =>
      address === machine.address || (groupServices[machine.group]?.includes(service) ?? false),
  );
  return [machine.name, `${machine.name}.${domain}`, ...served.map(({ name }) => name)];
}

/** Services that stand behind a load balancer and answer there with a certificate of their own. */
const groupServices: Partial<Record<Machine['group'], readonly string[]>> = {
  vault: ['vault'],
  gitops: ['registry', 'git'],
  monitoring: ['monitoring'],
};
