import { auditRequest, auditResponse } from './audit.js';
import { change } from './change.js';
import { mountOf, type Found } from './engines.js';
import type { VaultNode } from './node.js';
import { capabilitiesAt } from './policy.js';
import { operationOf, refused, type Answer, type Operation, type Question } from './question.js';
import { denied, notSimulated, Refusal } from './refusal.js';
import type { Call, Route } from './route.js';
import type { VaultState } from './state.js';
import { tokenOf } from './tokens.js';

/** The active node's answer: who asks, may they, both audit logs, the engine, both audit logs again. */
export async function askActive(node: VaultNode, question: Question): Promise<Answer> {
  if (node.active === undefined)
    return refused(new Refusal(500, 'local node not active but active cluster node not found'));
  const { state } = node.active;
  const token = tokenIn(state, question);
  let answer: Answer;
  let audited = true;
  try {
    const operation = operationOf(question);
    if (operation === undefined) throw new Refusal(405, `${question.method} is no operation`);
    const found = mountOf(state, question.path);
    const route = found && routeOf(found, operation);
    const call = (at: VaultState): Call => callOf(node, at, question, found, route, token);
    if (route?.open !== true) authorise(call(state), operation, route);
    await auditRequest(node, state, question, operation, found, token?.of);
    if (found === undefined)
      throw new Refusal(404, `no handler for route "${question.path}". route entry not found.`);
    if (route === undefined) throw notSimulated(`${question.method} ${question.path}`);
    answer = route.changes
      ? await change(node, (draft) => route.act(call(draft)))
      : await route.act(call(state));
    if (route.changes && route.open !== true && !question.path.startsWith('auth/token/'))
      node.machine.happened('vault-changed', { operation, path: question.path });
  } catch (error) {
    if (!(error instanceof Refusal)) {
      node.machine.say(`vault: ${question.path}: ${(error as Error).stack ?? ''}`);
      answer = refused(new Refusal(500, 'internal error'));
    } else answer = refused(error);
    audited = !(error instanceof Refusal && error.message.startsWith(auditRefusal));
  }
  try {
    if (audited) await auditResponse(node, state, question, answer, token?.of);
  } catch (error) {
    return refused(error as Refusal);
  }
  return answer;
}

const auditRefusal = 'failed to audit';

function tokenIn(state: VaultState, { token, source }: Question): Call['token'] {
  const of = token === undefined ? undefined : tokenOf(state, token, source);
  return of && { text: token!, of };
}

function routeOf({ routes, path }: Found, operation: Operation): Route | undefined {
  return routes.find((route) => route.on === operation && route.path.test(path));
}

/** @throws Refusal 403 when the token is none or may not */
function authorise(call: Call, operation: Operation, route: Route | undefined): void {
  const { state, token, question } = call;
  if (token === undefined) throw denied();
  const isNew = operation === 'update' && route?.exists !== undefined && !route.exists(call);
  const needed = [isNew ? 'create' : operation, ...(route?.sudo === true ? ['sudo'] : [])];
  const may = (path: string): boolean => {
    const given = capabilitiesAt(state, token.of, path);
    return needed.every((one) => given.includes(one));
  };
  const plain = question.path.replace(/\/$/, '');
  if (may(plain) || (operation === 'list' && may(`${plain}/`))) return;
  throw denied();
}

function callOf(
  node: VaultNode,
  state: VaultState,
  question: Question,
  found: Found | undefined,
  route: Route | undefined,
  token: Call['token'],
): Call {
  return {
    node,
    state,
    // A route was found in a mount, or nothing of it is used.
    mount: found?.mount as Call['mount'],
    mountPath: found?.mountPath ?? '',
    names: [...(route?.path.exec(found?.path ?? '') ?? [])].slice(1).map((name) => name ?? ''),
    question,
    fields: question.fields,
    token,
  };
}
