import type { Authority } from '../../../../config/certificates/authority.js';
import { auditFiles, enableAuditFile } from '../../../clients/vault/audit.js';
import { mount, mountsOf, tuneMount, type MountKind } from '../../../clients/vault/mounts.js';
import { pkiRoleDifferences, writePkiRole } from '../../../clients/vault/pki-roles.js';
import { readUrls, writeUrls } from '../../../clients/vault/pki.js';
import type { Vault } from '../../../clients/vault/vault.js';
import { PermanentError } from '../../../errors.js';
import { appRoleDifferences, type AppRoleIds } from './app-role-differences.js';
import type { Difference } from './difference.js';
import { issuerDifferences } from './issuer-differences.js';
import { policyDifference } from './policy-difference.js';
import { renewalDifferences } from './renewal-differences.js';
import type { WantedConfiguration } from './wanted-configuration.js';

/** What is wanted and is no plain data: who signs, and the ids that Socle logs in with. */
export type ConfigurationMeans = { authority: Authority; appRoleIds: AppRoleIds; now: Date };

/**
 * Compares a running Vault with what is wanted, one difference after the other. What depends on an earlier one is read
 * after that was given out: applied, it is compared with what came of it; not applied, it counts as missing. Each can be
 * applied again after its answer was lost.
 * @param vault asked with a token of the policy `orchestrator`, or with the root token
 * @throws PermanentError when a path is taken by something of another type
 */
export async function* configurationDifferences(
  vault: Vault,
  wanted: WantedConfiguration,
  means: ConfigurationMeans,
): AsyncGenerator<Difference> {
  // The audit devices first: what follows is to stand in both logs.
  yield* auditDifferences(vault, wanted.audit);
  yield* mountDifferences(vault, 'auth', wanted.authMethods);
  yield* mountDifferences(vault, 'mounts', wanted.engines);
  for (const [name, policy] of Object.entries(wanted.policies)) yield* policyDifference(vault, name, policy);
  yield* appRoleDifferencesOf(vault, wanted, means);
  yield* issuerDifferences(vault, wanted.intermediate, means);
  const urls = await readUrls(vault, 'pki');
  if (JSON.stringify(urls) !== JSON.stringify(wanted.urls))
    yield { what: 'addresses in certificates', apply: () => writeUrls(vault, 'pki', wanted.urls) };
  for (const [name, role] of Object.entries(wanted.pkiRoles)) {
    const settings = await pkiRoleDifferences(vault, 'pki', name, role);
    if (settings.length > 0)
      yield {
        what: `PKI role ${name}: ${settings.join(', ')}`,
        apply: () => writePkiRole(vault, 'pki', name, role),
      };
  }
  yield* renewalDifferences(vault, wanted.renewal, means.authority);
}

/** Applies every difference and answers what it was. */
export async function applyConfiguration(
  vault: Vault,
  wanted: WantedConfiguration,
  means: ConfigurationMeans,
  tell: (what: string) => void = () => undefined,
): Promise<string[]> {
  const changes: string[] = [];
  for await (const { what, apply } of configurationDifferences(vault, wanted, means)) {
    tell(what);
    await apply();
    changes.push(what);
  }
  return changes;
}

async function* auditDifferences(
  vault: Vault,
  wanted: WantedConfiguration['audit'],
): AsyncGenerator<Difference> {
  const found = await auditFiles(vault);
  for (const [device, file] of Object.entries(wanted)) {
    const current = found.get(device);
    if (current === file) continue;
    if (current !== undefined)
      throw new PermanentError(
        `Vault's audit device ${device} writes ${current}, not ${file}. Disable it: vault audit disable ${device}`,
      );
    yield { what: `audit device ${device}`, apply: () => enableAuditFile(vault, device, file) };
  }
}

async function* mountDifferences(
  vault: Vault,
  kind: MountKind,
  wanted: WantedConfiguration['engines'],
): AsyncGenerator<Difference> {
  const found = await mountsOf(vault, kind);
  const title = kind === 'auth' ? 'auth method' : 'secrets engine';
  for (const [path, { type, options = {}, maxLeaseSeconds }] of Object.entries(wanted)) {
    const current = found.get(path);
    if (current === undefined) {
      yield {
        what: `${title} ${path}`,
        apply: () =>
          mount(vault, kind, path, {
            type,
            options,
            ...(maxLeaseSeconds === undefined ? {} : { maxLeaseSeconds }),
          }),
      };
      continue;
    }
    const other = Object.entries(options).find(([name, value]) => current.options[name] !== value);
    if (current.type !== type || other !== undefined)
      throw new PermanentError(
        `Vault's ${title} ${path} is of type ${current.type} ${JSON.stringify(current.options)}, not ${type} ${JSON.stringify(options)}. Move it away: vault secrets move`,
      );
    if (maxLeaseSeconds !== undefined && current.maxLeaseSeconds !== maxLeaseSeconds)
      yield {
        what: `${title} ${path}: longest lease`,
        apply: () => tuneMount(vault, kind, path, maxLeaseSeconds),
      };
  }
}

async function* appRoleDifferencesOf(
  vault: Vault,
  { appRoles }: WantedConfiguration,
  { appRoleIds }: ConfigurationMeans,
): AsyncGenerator<Difference> {
  for (const name of ['orchestrator', 'break-glass'] as const)
    yield* appRoleDifferences(vault, name, appRoles[name], appRoleIds(name));
}
