import { flag, text } from './fields.js';
import { initialise } from './initialise.js';
import { challenge, takeAnswer } from './joining.js';
import { isInitialised, sealOf, type VaultNode } from './node.js';
import { giveShare } from './opening.js';
import type { Answer, Question } from './question.js';
import { Refusal } from './refusal.js';

export const version = '1.21.1';

type Local = (node: VaultNode, question: Question) => Answer | Promise<Answer>;

/** What each node answers for itself, to anybody, by method and path. */
export const localAnswers: Readonly<Record<string, Local>> = {
  'GET sys/init': (node) => ({ status: 200, body: { initialized: isInitialised(node) } }),
  'PUT sys/init': initialise,
  'POST sys/init': initialise,
  'GET sys/seal-status': (node) => ({ status: 200, body: sealStatus(node) }),
  'PUT sys/unseal': unseal,
  'POST sys/unseal': unseal,
  'GET sys/health': health,
  'HEAD sys/health': health,
  'GET sys/leader': leader,
  'PUT sys/storage/raft/bootstrap/challenge': challenge,
  'PUT sys/storage/raft/bootstrap/answer': takeAnswer,
};

function sealStatus(node: VaultNode): Record<string, unknown> {
  const seal = sealOf(node);
  const isTransit = node.settings.transit !== undefined;
  return {
    type: isTransit ? 'transit' : 'shamir',
    initialized: seal !== undefined,
    sealed: node.opened === undefined,
    t: seal?.threshold ?? 0,
    n: seal?.shares ?? 0,
    progress: node.given.length,
    nonce: '',
    version,
    build_date: '2025-11-18T13:04:32Z',
    migration: false,
    recovery_seal: isTransit,
    storage_type: 'raft',
    ...(node.opened !== undefined && {
      cluster_name: `vault-cluster-${node.opened.raft.record().clusterId.slice(0, 8)}`,
      cluster_id: node.opened.raft.record().clusterId,
    }),
  };
}

function unseal(node: VaultNode, { fields }: Question): Answer {
  if (!isInitialised(node)) throw new Refusal(400, 'Vault is not initialized');
  if (flag(fields, 'reset', false)) node.given = [];
  else {
    const key = text(fields, 'key');
    if (key === '')
      throw new Refusal(400, "'key' must be specified in request body as JSON, or 'reset' set to true");
    giveShare(node, key);
  }
  return { status: 200, body: sealStatus(node) };
}

/** @see https://developer.hashicorp.com/vault/api-docs/system/health */
function health(node: VaultNode, { query }: Question): Answer {
  const [initialised, sealed] = [isInitialised(node), node.opened === undefined];
  const standby = node.active === undefined;
  const code = (name: string, usual: number): number => Number(query[name] ?? usual);
  const isGood = (name: string): boolean => query[name] !== undefined && query[name] !== 'false';
  const status = !initialised
    ? code('uninitcode', 501)
    : sealed
      ? code('sealedcode', 503)
      : standby && !isGood('standbyok')
        ? code('standbycode', 429)
        : code('activecode', 200);
  const body = {
    initialized: initialised,
    sealed,
    standby,
    performance_standby: false,
    server_time_utc: Math.floor(Date.now() / 1000),
    version,
  };
  return { status, body };
}

function leader(node: VaultNode): Answer {
  if (node.opened === undefined) throw new Refusal(503, 'Vault is sealed');
  const found = node.opened.raft.leader();
  return {
    status: 200,
    body: {
      ha_enabled: true,
      is_self: node.active !== undefined,
      leader_address: found?.api ?? '',
      leader_cluster_address: found?.cluster ?? '',
      performance_standby: false,
      raft_committed_index: node.opened.raft.record().index,
    },
  };
}
