import { parseHcl } from './hcl.js';
import { Refusal } from './refusal.js';
import type { Token, VaultState } from './state.js';

export type Rule = { path: string; capabilities: string[] };

const capabilities = ['create', 'read', 'update', 'patch', 'delete', 'list', 'sudo', 'deny', 'recover'];

/** @throws Refusal 400 when the text is no policy, or uses what is not simulated of one */
export function parsePolicy(text: string): Rule[] {
  try {
    const { attributes, blocks } = parseHcl(text);
    const unknown = Object.keys(attributes).find((key) => key !== 'name');
    if (unknown !== undefined) throw new Error(`invalid key "${unknown}"`);
    return blocks.map(({ type, labels: [path = ''], body }) => {
      const others = Object.keys(body.attributes).filter((key) => key !== 'capabilities');
      if (type !== 'path' || others.length > 0 || body.blocks.length > 0)
        throw new Error(`path "${path}": invalid key "${others[0] ?? type}"`);
      const given = [body.attributes['capabilities'] ?? []].flat() as string[];
      const wrong = given.find((one) => !capabilities.includes(one));
      if (wrong !== undefined) throw new Error(`path "${path}": invalid capability "${wrong}"`);
      if (path.includes('+*'))
        throw new Error(`path "${path}": invalid use of wildcards ('+*' is forbidden)`);
      return { path: path.replace(/^\//, ''), capabilities: given };
    });
  } catch (error) {
    throw new Refusal(400, `failed to parse policy: ${(error as Error).message}`);
  }
}

/**
 * What a token may do at a path: of all the rules of its policies the one that says it most exactly counts.
 * @see https://developer.hashicorp.com/vault/docs/concepts/policies#priority-matching
 */
export function capabilitiesAt(state: VaultState, token: Token, path: string): string[] {
  if (token.policies.includes('root')) return capabilities.filter((one) => one !== 'deny');
  const rules = token.policies
    .flatMap((name) => (state.policies[name] === undefined ? [] : parsePolicy(state.policies[name])))
    .flatMap((rule) => resolved(rule, token))
    .filter((rule) => matches(rule.path, path));
  const exact = rules.filter((rule) => rule.path === path);
  const best = exact[0] ?? rules.sort(byPriority)[0];
  const given = rules.filter((rule) => rule.path === best?.path).flatMap((rule) => rule.capabilities);
  return given.includes('deny') ? [] : [...new Set(given)];
}

/** A rule with a template that says nothing for this token is none. */
function resolved({ path, ...rest }: Rule, { aliases }: Token): Rule[] {
  let isKnown = true;
  const filled = path.replace(/\{\{\s*([^}]*?)\s*\}\}/g, (_, template: string) => {
    const accessor = /^identity\.entity\.aliases\.([^.]+)\.name$/.exec(template)?.[1];
    const name = accessor === undefined ? undefined : aliases[accessor];
    if (name === undefined) isKnown = false;
    return name ?? '';
  });
  return isKnown ? [{ path: filled, ...rest }] : [];
}

function matches(pattern: string, path: string): boolean {
  const isPrefix = pattern.endsWith('*');
  const segments = (isPrefix ? pattern.slice(0, -1) : pattern)
    .split('/')
    .map((part) => (part === '+' ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${segments.join('/')}${isPrefix ? '' : '$'}`).test(path);
}

/** The first is the more exact one. */
function byPriority({ path: one }: Rule, { path: other }: Rule): number {
  const wildcard = (path: string): number => (path.search(/[+*]/) < 0 ? Infinity : path.search(/[+*]/));
  const segments = (path: string): number => path.split('/').filter((part) => part === '+').length;
  const [first, second] = [wildcard(one), wildcard(other)];
  if (first !== second) return second > first ? 1 : -1;
  return (
    Number(one.endsWith('*')) - Number(other.endsWith('*')) ||
    segments(one) - segments(other) ||
    other.length - one.length ||
    (one < other ? 1 : -1)
  );
}
