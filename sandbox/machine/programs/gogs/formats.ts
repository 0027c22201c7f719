import type { GogsConfiguration } from './configuration.js';
import { allows } from './access.js';
import type { Mode, Organisation, Repository, User } from './state.js';

type Shown = Record<string, unknown>;

const isUser = (account: User | Organisation): account is User => 'email' in account;

/** A user as Gogs shows one, or an organisation where it shows one as a user. */
export function shownUser({ externalUrl }: GogsConfiguration, account: User | Organisation): Shown {
  return {
    id: account.id,
    username: account.name,
    login: account.name,
    full_name: account.fullName,
    email: isUser(account) ? account.email : '',
    avatar_url: `${externalUrl}avatars/${account.id}`,
  };
}

export function shownOrganisation({ externalUrl }: GogsConfiguration, one: Organisation): Shown {
  const { id, name, fullName, description, website, location } = one;
  return {
    id,
    username: name,
    full_name: fullName,
    avatar_url: `${externalUrl}avatars/${id}`,
    description,
    website,
    location,
  };
}

export function shownPermissions(mode: Mode): Shown {
  return { admin: allows(mode, 'admin'), push: allows(mode, 'write'), pull: allows(mode, 'read') };
}

/** @param mode what the one who asks may */
export function shownRepository(
  settings: GogsConfiguration,
  repository: Repository,
  owner: User | Organisation,
  mode: Mode,
): Shown {
  const { externalUrl, sshPort } = settings;
  const path = `${owner.name}/${repository.name}`;
  return {
    id: repository.id,
    owner: shownUser(settings, owner),
    name: repository.name,
    full_name: path,
    description: repository.description,
    private: repository.isPrivate,
    fork: false,
    parent: null,
    empty: repository.isEmpty,
    mirror: false,
    size: 0,
    html_url: `${externalUrl}${path}`,
    ssh_url: `ssh://git@${new URL(externalUrl).hostname}:${sshPort ?? 22}/${path}.git`,
    clone_url: `${externalUrl}${path}.git`,
    website: '',
    stars_count: 0,
    forks_count: 0,
    watchers_count: 1,
    open_issues_count: 0,
    default_branch: repository.defaultBranch,
    created_at: repository.created,
    updated_at: repository.updated,
    permissions: shownPermissions(mode),
  };
}
