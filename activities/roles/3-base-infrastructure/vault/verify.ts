import { compareResources } from '../../../host/compare-resources.js';
import { resultOf, todo, type CheckResult, type StepContext } from '../../../role.js';
import { siteAuthority } from '../../../certificates/site-authority.js';
import { asOrchestrator } from './log-in.js';
import { activeNode } from './nodes.js';
import { nodeProblems } from './running.js';
import { vaultProgram, vaultState } from './state.js';

/** Each node as it was written and running so; all of them, and nobody else, in one cluster with a vote each. */
export async function verifyVault(context: StepContext): Promise<CheckResult> {
  const wanted = [
    ...(await vaultProgram(context)),
    ...(await vaultState(context, await siteAuthority(context))),
  ];
  const found = await compareResources(context, wanted);
  if (found.state !== 'done') return found;
  const running = await nodeProblems(context);
  if (running.state !== 'done' || context.machine.name !== context.machines[0]?.name) return running;
  return clusterProblems(context);
}

async function clusterProblems(context: StepContext): Promise<CheckResult> {
  const { raftPeers } = await import('../../../clients/vault/raft.js');
  const active = await activeNode(context);
  const vault = active && (await asOrchestrator(context, active));
  if (vault === undefined) return todo('no node is active that lets Socle in');
  const peers = await raftPeers(vault);
  const names = context.machines.map(({ name }) => name);
  const problems = [
    ...names
      .filter((name) => !peers.some(({ nodeId, voter }) => nodeId === name && voter))
      .map((name) => `${name} has no vote in the cluster`),
    ...peers
      .filter(({ nodeId }) => !names.includes(nodeId))
      .map(({ nodeId }) => `${nodeId} is a member and not in the plan`),
  ];
  if (problems.length > 0 || context.site.vault.unseal.kind !== 'sealed') return resultOf(problems);
  return {
    state: 'done',
    notes: ['vault.unseal is sealed: the master key and a disk of Vault open it'],
  };
}
