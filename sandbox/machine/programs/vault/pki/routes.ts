import { data, empty, keys } from '../question.js';
import { nothing, Refusal } from '../refusal.js';
import { changes, reads, type Route } from '../route.js';
import { issuerRoutes } from './issuers.js';
import { keyRoutes } from './keys.js';
import { roleSettings } from './role-settings.js';
import { signUnderRole } from './sign.js';
import { storeOf } from './store.js';

/** An authority: keys, issuers, roles, and what is signed under them. */
export const pki: readonly Route[] = [
  ...keyRoutes,
  ...issuerRoutes,
  reads('list', /^roles$/, (call) => keys(Object.keys(storeOf(call).roles))),
  reads('read', /^roles\/([^/]+)$/, (call) => {
    const role = storeOf(call).roles[call.names[0]!];
    if (role === undefined) throw nothing();
    return data(role);
  }),
  changes('update', /^roles\/([^/]+)$/, (call) => {
    const made = roleSettings(call.fields);
    storeOf(call).roles[call.names[0]!] = made;
    return data(made);
  }),
  changes('patch', /^roles\/([^/]+)$/, (call) => {
    const before = storeOf(call).roles[call.names[0]!];
    if (before === undefined) throw new Refusal(400, 'unable to fetch role entry to patch');
    const made = roleSettings(call.fields, before);
    storeOf(call).roles[call.names[0]!] = made;
    return data(made);
  }),
  changes('delete', /^roles\/([^/]+)$/, (call) => {
    delete storeOf(call).roles[call.names[0]!];
    return empty;
  }),
  reads('update', /^sign\/([^/]+)$/, signUnderRole),
];
