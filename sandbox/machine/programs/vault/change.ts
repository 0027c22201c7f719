import { close } from './cipher.js';
import type { VaultNode } from './node.js';
import { Refusal } from './refusal.js';
import type { VaultState } from './state.js';

/**
 * Changes what the cluster holds, one change after the other; answered when a majority of the members has it on disk.
 * @throws Refusal of `work`, and nothing is changed; 500 when there is no majority, and it is not known what will become
 * of the change
 */
export async function change<Result>(node: VaultNode, work: (state: VaultState) => Result): Promise<Result> {
  const { opened } = node;
  if (opened === undefined) throw new Refusal(503, 'Vault is sealed');
  let made: { state: VaultState; result: Result } | undefined;
  await opened.raft.commit(
    (record) => {
      if (node.active === undefined) throw new Refusal(500, 'node is not the leader');
      const state = structuredClone(node.active.state);
      made = { state, result: work(state) };
      return { ...record, data: close(opened.keys.data, Buffer.from(JSON.stringify(state))) };
    },
    () => (node.active = { state: made!.state }),
  );
  return made!.result;
}
