/** What a user or a repository's collaborator may: each allows what is before it. */
export const modes = ['none', 'read', 'write', 'admin', 'owner'] as const;
export type Mode = (typeof modes)[number];

export type Token = { name: string; sha256: string };

export type User = {
  id: number;
  name: string;
  fullName: string;
  email: string;
  salt: string;
  password: string;
  isAdmin: boolean;
  isActive: boolean;
  tokens: Token[];
};

export type Organisation = {
  id: number;
  name: string;
  fullName: string;
  description: string;
  website: string;
  location: string;
  owners: number[];
};

export type DeployKey = { id: number; title: string; content: string; created: string };

export type Hook = {
  id: number;
  type: string;
  url: string;
  contentType: string;
  secret: string;
  events: string[];
  isActive: boolean;
  created: string;
  updated: string;
};

export type Repository = {
  id: number;
  ownerId: number;
  name: string;
  description: string;
  isPrivate: boolean;
  isEmpty: boolean;
  defaultBranch: string;
  created: string;
  updated: string;
  keys: DeployKey[];
  hooks: Hook[];
  collaborators: { userId: number; mode: Mode }[];
};

/** What Gogs' database holds; what is in the repositories lies beside it. */
export type GogsState = {
  /** Of the next that is made, whatever it is. */
  nextId: number;
  users: User[];
  organisations: Organisation[];
  repositories: Repository[];
};

export function emptyState(): GogsState {
  return { nextId: 1, users: [], organisations: [], repositories: [] };
}

export function takeId(state: GogsState): number {
  const id = state.nextId;
  state.nextId += 1;
  return id;
}

/** Gogs knows a user, an organisation and a repository whatever letters of their names are capitals. */
export function isCalled(name: string): ({ name }: { name: string }) => boolean {
  return (other) => other.name.toLowerCase() === name.toLowerCase();
}

/** Who has a name: users and organisations share them. */
export function accountCalled(state: GogsState, name: string): User | Organisation | undefined {
  return state.users.find(isCalled(name)) ?? state.organisations.find(isCalled(name));
}

export function repositoryCalled(state: GogsState, owner: string, name: string): Repository | undefined {
  const account = accountCalled(state, owner);
  const isNamed = isCalled(name);
  return state.repositories.find((one) => one.ownerId === account?.id && isNamed(one));
}

export function ownerOf(state: GogsState, { ownerId }: Repository): User | Organisation {
  const found = [...state.users, ...state.organisations].find(({ id }) => id === ownerId);
  if (found === undefined) throw new Error(`nobody owns repository ${ownerId}`);
  return found;
}
