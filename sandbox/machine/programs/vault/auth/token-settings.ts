import { addressMatches } from '../../../firewall.js';
import { list, seconds } from '../fields.js';
import { Refusal } from '../refusal.js';
import { longestLeaseSeconds, type Mount } from '../state.js';

/** What the roles of all auth methods say of the tokens that they give. */
export type TokenSettings = {
  token_policies: string[];
  token_bound_cidrs: string[];
  token_ttl: number;
  token_max_ttl: number;
};

type Fields = Record<string, unknown>;

const others = ['token_num_uses', 'token_period', 'token_explicit_max_ttl', 'token_type'];

/** Settings that a request does not name stay what they are. @throws Refusal for those that are not simulated */
export function tokenSettings(fields: Fields, before?: TokenSettings): TokenSettings {
  const unknown = others.find((name) => fields[name] !== undefined);
  if (unknown !== undefined) throw new Refusal(400, `${unknown} is not simulated by the sandbox`);
  const settings = {
    token_policies: list(fields, 'token_policies', before?.token_policies),
    token_bound_cidrs: networks(list(fields, 'token_bound_cidrs', before?.token_bound_cidrs)),
    token_ttl: seconds(fields, 'token_ttl', before?.token_ttl ?? 0),
    token_max_ttl: seconds(fields, 'token_max_ttl', before?.token_max_ttl ?? 0),
  };
  if (settings.token_max_ttl > 0 && settings.token_ttl > settings.token_max_ttl)
    throw new Refusal(400, '"token_ttl" cannot be greater than "token_max_ttl"');
  return settings;
}

/** The network of one address is shown without its prefix length. */
export function networks(given: readonly string[]): string[] {
  return given.map((network) => {
    if (!/^\d+\.\d+\.\d+\.\d+(\/\d+)?$/.test(network))
      throw new Refusal(400, `error parsing bound CIDRs: unable to parse address "${network}"`);
    return network.replace(/\/32$/, '');
  });
}

/** True when an address lies in one of the networks, or when there are none. */
export function isWithin(source: string, allowed: readonly string[]): boolean {
  return allowed.length === 0 || allowed.some((network) => addressMatches(source, network));
}

/** How long a token of these settings lasts: what the role says, as far as role, mount and Vault itself let it. */
export function lifetime({ token_ttl: ttl, token_max_ttl: longest }: TokenSettings, mount: Mount): number {
  const limit = mount.maxLeaseSeconds || longestLeaseSeconds;
  return Math.min(ttl || mount.defaultLeaseSeconds || longestLeaseSeconds, longest || limit, limit);
}

export function policiesOf({ token_policies: policies }: TokenSettings): string[] {
  return [...new Set(['default', ...policies.map((one) => one.toLowerCase())])].sort();
}
