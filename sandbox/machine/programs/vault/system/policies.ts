import { text } from '../fields.js';
import { parsePolicy } from '../policy.js';
import { data, empty, keys } from '../question.js';
import { nothing, Refusal } from '../refusal.js';
import { changes, reads, type Call, type Route } from '../route.js';

const nameIn = ({ names }: Call): string => names[0]!.toLowerCase();

export const policies: readonly Route[] = [
  reads('list', /^policies\/acl$/, ({ state }) => keys([...Object.keys(state.policies), 'root'])),
  reads('read', /^policies\/acl\/([^/]+)$/, (call) => {
    const policy = call.state.policies[nameIn(call)];
    if (policy === undefined) throw nothing();
    return data({ name: nameIn(call), policy });
  }),
  changes('update', /^policies\/acl\/([^/]+)$/, (call) => {
    const policy = text(call.fields, 'policy');
    if (nameIn(call) === 'root') throw new Refusal(400, 'cannot update "root" policy');
    if (policy === '') throw new Refusal(400, "'policy' parameter not supplied or empty");
    parsePolicy(policy);
    call.state.policies[nameIn(call)] = policy;
    return empty;
  }),
  changes('delete', /^policies\/acl\/([^/]+)$/, (call) => {
    if (['root', 'default'].includes(nameIn(call)))
      throw new Refusal(400, `cannot delete "${nameIn(call)}" policy`);
    delete call.state.policies[nameIn(call)];
    return empty;
  }),
];
