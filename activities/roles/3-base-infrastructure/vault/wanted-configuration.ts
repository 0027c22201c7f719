import type { Plan } from '../../../../config/plan-types.js';
import { namedServices } from '../../../../config/names.js';
import { serverNames } from '../../../certificates/server-names.js';
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
  const inventory = { machines, virtualAddresses };
  const services = namedServices(site, inventory);
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
        { names: serverNames(site, inventory, machine), addresses: true, seconds: 365 * day },
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
