import { bare, json, noContent, notSimulated, refused } from './answer.js';
import { textOf, type Fields } from './bound.js';
import type { RepositoryCall, Route } from './route.js';
import { takeId, type Hook } from './state.js';

const one = /^repos\/([^/]+)\/([^/]+)\/hooks\/(\d+)$/;
const all = /^repos\/([^/]+)\/([^/]+)\/hooks$/;

const types = ['gogs', 'slack', 'discord', 'dingtalk'];
const contentTypes = ['json', 'form'];
const events = ['create', 'delete', 'fork', 'push', 'issues', 'pull_request', 'issue_comment', 'release'];

export const hookRoutes: readonly Route[] = [
  {
    on: 'GET',
    path: all,
    for: 'repository',
    mode: 'admin',
    act: ({ repository }) => json(200, repository.hooks.map(shown)),
  },
  {
    on: 'POST',
    path: all,
    for: 'repository',
    mode: 'admin',
    rules: { type: ['Type', 'Required'], config: ['Config', 'Required'] },
    changes: true,
    act: (call) => {
      const { state, repository, fields } = call;
      const type = textOf(fields['type']);
      if (!types.includes(type)) throw refused(422, 'Invalid hook type.');
      if (type !== 'gogs') throw notSimulated(`a hook of type ${type}`);
      const config = configOf(fields);
      for (const name of ['url', 'content_type'])
        if (!(name in config)) throw refused(422, `Missing config option: ${name}`);
      const now = new Date().toISOString();
      const hook: Hook = {
        id: takeId(state),
        type,
        url: textOf(config['url']),
        contentType: contentTypeOf(config),
        secret: textOf(config['secret']),
        events: eventsOf(fields),
        isActive: fields['active'] === true,
        created: now,
        updated: now,
      };
      repository.hooks.push(hook);
      note(call, 'gogs-hook-added', hook);
      return json(201, shown(hook));
    },
  },
  {
    on: 'PATCH',
    path: one,
    for: 'repository',
    mode: 'admin',
    rules: {},
    changes: true,
    act: (call) => {
      const { repository, names, fields } = call;
      const hook = repository.hooks.find(({ id }) => id === Number(names[2]));
      if (hook === undefined) throw bare(404);
      const config = configOf(fields);
      if ('url' in config) hook.url = textOf(config['url']);
      if ('content_type' in config) hook.contentType = contentTypeOf(config);
      hook.events = eventsOf(fields);
      if (typeof fields['active'] === 'boolean') hook.isActive = fields['active'];
      hook.updated = new Date().toISOString();
      note(call, 'gogs-hook-changed', hook);
      return json(200, shown(hook));
    },
  },
  {
    on: 'DELETE',
    path: one,
    for: 'repository',
    mode: 'admin',
    changes: true,
    act: (call) => {
      const { repository, names } = call;
      const hook = repository.hooks.find(({ id }) => id === Number(names[2]));
      // One that is not there is deleted all the same.
      if (hook === undefined) return noContent();
      repository.hooks = repository.hooks.filter((other) => other !== hook);
      note(call, 'gogs-hook-deleted', hook);
      return noContent();
    },
  },
];

function configOf(fields: Fields): Fields {
  const config = fields['config'];
  return config !== null && typeof config === 'object' ? (config as Fields) : {};
}

function contentTypeOf(config: Fields): string {
  const type = textOf(config['content_type']);
  if (!contentTypes.includes(type)) throw refused(422, 'Invalid content type.');
  return type;
}

/** None at all is `push`; what is no event counts for nothing. */
function eventsOf(fields: Fields): string[] {
  const given = Array.isArray(fields['events']) ? (fields['events'] as unknown[]) : [];
  return given.length === 0 ? ['push'] : events.filter((event) => given.includes(event));
}

function note({ gogs, owner, repository }: RepositoryCall, effect: string, { url, events }: Hook): void {
  gogs.machine.effect(effect, { repository: `${owner.name}/${repository.name}`, url, events });
}

/** Without its secret. */
function shown({ id, type, url, contentType, events, isActive, created, updated }: Hook): unknown {
  return {
    id,
    type,
    config: { content_type: contentType, url },
    events,
    active: isActive,
    updated_at: updated,
    created_at: created,
  };
}
