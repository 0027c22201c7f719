/** One member of the cluster. */
export type Member = { id: string; api: string; cluster: string };

/** How the cluster is opened. The data key opens what it holds; it lies here closed with the key that shares open. */
export type Seal = {
  kind: 'shamir' | 'transit';
  shares: number;
  threshold: number;
  dataKey: string;
  /** With transit: the root key as the other Vault encrypted it. */
  rootKey?: string;
};

/** All that the cluster holds, as its members agree on it, and which change it is of which leader's term. */
export type VaultRecord = {
  clusterId: string;
  seal: Seal;
  members: Member[];
  term: number;
  index: number;
  /** The state, encrypted with the data key. */
  data: string;
};

/** What one node keeps on its disk. */
export type Stored = { record: VaultRecord; vote: { term: number; for?: string } };
