import type { Vault } from '../../../clients/vault/vault.js';
import { ApiError, NotReadyError, PermanentError } from '../../../errors.js';
import { done, todo, type Step, type StepContext } from '../../../role.js';
import { siteAuthority } from '../../../certificates/site-authority.js';
import type { ConfigurationMeans } from './configuration-differences.js';
import { KeptInitialisation, rootTokenIn, withoutRootToken } from './kept-initialisation.js';
import { appRoleIds, asOrchestrator } from './log-in.js';
import { activeNode } from './nodes.js';
import { keepOn, keptAnywhere } from './records.js';
import { openSealed } from './running.js';
import { wantedConfiguration } from './wanted-configuration.js';

/**
 * Engines, policies, certificates and logins, one difference after the other; at first with the root token, which then
 * goes, and from then on as Socle itself.
 */
export const configureStep: Step = {
  id: 'configure',
  title: 'engines, policies, intermediate and logins',
  on: 'site',
  profile: 'host',
  after: ['install-vault.running'],
  check: async (context) => {
    const active = await activeNode(context);
    if (active === undefined) return todo('no node of Vault is active');
    const kept = await keptAnywhere(context);
    const vault = await asOrchestrator(context, active);
    if (vault === undefined) return todo('Socle cannot log in to Vault yet');
    const differences = [
      ...(await namesOfDifferences(context, vault)),
      ...(kept !== undefined && keepsRootToken(kept) ? ['root token: revoked'] : []),
    ];
    return differences.length === 0
      ? done
      : todo(`${differences.length} parts of Vault's configuration differ`, differences);
  },
  apply: async (context) => {
    const active = await activeNode(context);
    if (active === undefined) {
      const opened = await openSealed(context);
      const seen =
        opened.length === 0 ? 'none of them leads' : `${opened.join(', ')} was sealed and is open now`;
      throw new NotReadyError('an active node of Vault', seen);
    }
    const kept = await keptAnywhere(context);
    const rootToken = kept === undefined ? undefined : rootTokenOf(context, kept);
    const vault = (await asOrchestrator(context, active)) ?? withRootToken(active, rootToken);
    const { applyConfiguration } = await import('./configuration-differences.js');
    const changes = await applyConfiguration(
      vault,
      wantedConfiguration(context.plan),
      await configurationMeans(context),
    );
    if (kept === undefined || !keepsRootToken(kept)) return changes;
    // Nobody is left without a way in: first the new login is tried, then the root token goes.
    if ((await asOrchestrator(context, active)) === undefined)
      throw new NotReadyError("Socle's own login to Vault", 'it was made and is refused');
    if (rootToken !== undefined) await revoke(active.as(rootToken));
    for (const machine of context.machines) await keepOn(context, machine, withoutRootToken(kept));
    return [...changes, 'root token: revoked'];
  },
};

async function namesOfDifferences(context: StepContext, vault: Vault): Promise<string[]> {
  const { configurationDifferences } = await import('./configuration-differences.js');
  const names: string[] = [];
  const wanted = wantedConfiguration(context.plan);
  for await (const { what } of configurationDifferences(vault, wanted, await configurationMeans(context)))
    names.push(what);
  return names;
}

/** Who signs, and the ids that Socle logs in with. */
export async function configurationMeans(
  context: Pick<StepContext, 'site' | 'secrets'>,
): Promise<ConfigurationMeans> {
  return {
    authority: await siteAuthority(context),
    appRoleIds: (name) => appRoleIds(context, name),
    now: new Date(),
  };
}

function keepsRootToken(kept: string): boolean {
  return KeptInitialisation.parse(JSON.parse(kept)).rootToken !== undefined;
}

function rootTokenOf({ secrets }: StepContext, kept: string): string | undefined {
  try {
    return rootTokenIn(kept, secrets);
  } catch {
    throw new PermanentError(
      'the root token that is kept was sealed with another master key. Give the worker the master key that Vault was initialised with',
    );
  }
}

function withRootToken(active: Vault, rootToken: string | undefined): Vault {
  if (rootToken !== undefined) return active.as(rootToken);
  throw new PermanentError(
    `${active.url} does not let Socle in, and no root token is kept that a worker can read. Whoever holds it types: socle vault configure FILE. Then: socle retry`,
  );
}

/** One that was revoked already is as good. */
export async function revoke(root: Vault): Promise<void> {
  const { revokeOwnToken } = await import('../../../clients/vault/token.js');
  try {
    await revokeOwnToken(root);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
  }
}
