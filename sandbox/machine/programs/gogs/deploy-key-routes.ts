import { parseKey } from '../../parse-key.js';
import { bare, json, noContent, refused, unexpected } from './answer.js';
import { textOf } from './bound.js';
import type { RepositoryCall, Route } from './route.js';
import { takeId, type DeployKey } from './state.js';

const one = /^repos\/([^/]+)\/([^/]+)\/keys\/(\d+)$/;
const all = /^repos\/([^/]+)\/([^/]+)\/keys$/;

export const deployKeyRoutes: readonly Route[] = [
  {
    on: 'GET',
    path: all,
    for: 'repository',
    mode: 'admin',
    act: (call) =>
      json(
        200,
        call.repository.keys.map((key) => shown(call, key)),
      ),
  },
  {
    on: 'GET',
    path: one,
    for: 'repository',
    mode: 'admin',
    act: (call) => json(200, shown(call, keyOf(call))),
  },
  {
    on: 'POST',
    path: all,
    for: 'repository',
    mode: 'admin',
    rules: { title: ['Title', 'Required'], key: ['Key', 'Required'] },
    changes: true,
    act: (call) => {
      const { gogs, state, repository, fields } = call;
      const title = textOf(fields['title']);
      const content = textOf(fields['key']).trim();
      if (gogs.settings.sshPort === undefined) throw refused(422, 'Invalid key content: %v: SSH is disabled');
      if (content.includes('\n') || parseKey(content)?.isPrivateKey() !== false)
        throw refused(422, 'Invalid key content: %v: no public key');
      // The same key with another comment is another one to Gogs.
      if (repository.keys.some((key) => key.content === content || key.title === title))
        throw unexpected('addDeployKey: deploy key already exists');
      const key: DeployKey = { id: takeId(state), title, content, created: new Date().toISOString() };
      repository.keys.push(key);
      gogs.machine.effect('gogs-key-added', { repository: nameOf(call), title });
      return json(201, shown(call, key));
    },
  },
  {
    on: 'DELETE',
    path: one,
    for: 'repository',
    mode: 'admin',
    changes: true,
    act: (call) => {
      const { id, title } = keyOf(call);
      call.repository.keys = call.repository.keys.filter((key) => key.id !== id);
      call.gogs.machine.effect('gogs-key-deleted', { repository: nameOf(call), title });
      return noContent();
    },
  },
];

function keyOf({ repository, names }: RepositoryCall): DeployKey {
  const found = repository.keys.find(({ id }) => id === Number(names[2]));
  if (found === undefined) throw bare(404);
  return found;
}

function nameOf({ owner, repository }: RepositoryCall): string {
  return `${owner.name}/${repository.name}`;
}

function shown(call: RepositoryCall, { id, title, content, created }: DeployKey): unknown {
  const { externalUrl } = call.gogs.settings;
  const url = `${externalUrl}api/v1/repos/${nameOf(call)}/keys/${id}`;
  return { id, key: content, url, title, created_at: created, read_only: true };
}
