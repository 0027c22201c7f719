import { flag, integer, list, seconds, text } from '../fields.js';
import { Refusal } from '../refusal.js';

/** All of a role, with what Vault takes where nothing is said. */
const defaults = {
  issuer_ref: 'default',
  ttl: 0,
  max_ttl: 0,
  not_before_duration: 30,
  not_after: '',
  allow_localhost: true,
  allowed_domains: [] as string[],
  allowed_domains_template: false,
  allow_bare_domains: false,
  allow_subdomains: false,
  allow_glob_domains: false,
  allow_wildcard_certificates: true,
  allow_any_name: false,
  enforce_hostnames: true,
  allow_ip_sans: true,
  allowed_uri_sans: [] as string[],
  allowed_other_sans: [] as string[],
  allowed_user_ids: [] as string[],
  allowed_serial_numbers: [] as string[],
  server_flag: true,
  client_flag: true,
  code_signing_flag: false,
  email_protection_flag: false,
  key_type: 'rsa',
  key_bits: 0,
  signature_bits: 0,
  use_pss: false,
  key_usage: ['DigitalSignature', 'KeyAgreement', 'KeyEncipherment'],
  ext_key_usage: [] as string[],
  ext_key_usage_oids: [] as string[],
  use_csr_common_name: true,
  use_csr_sans: true,
  ou: [] as string[],
  organization: [] as string[],
  country: [] as string[],
  locality: [] as string[],
  province: [] as string[],
  street_address: [] as string[],
  postal_code: [] as string[],
  generate_lease: false,
  no_store: false,
  require_cn: true,
  policy_identifiers: [] as string[],
  basic_constraints_valid_for_non_ca: false,
};
export type RoleSettings = typeof defaults;

const durations: readonly string[] = ['ttl', 'max_ttl', 'not_before_duration'];

/** @param before what stays where nothing is said: nothing for a role that is written, all for one that is patched */
export function roleSettings(fields: Record<string, unknown>, before?: RoleSettings): RoleSettings {
  const base = before ?? defaults;
  const read = (name: keyof RoleSettings): unknown => {
    const value = base[name];
    if (durations.includes(name)) return seconds(fields, name, value as number);
    if (typeof value === 'boolean') return flag(fields, name, value);
    if (typeof value === 'number') return integer(fields, name, value);
    return typeof value === 'string' ? text(fields, name, value) : list(fields, name, value);
  };
  const names = Object.keys(defaults) as (keyof RoleSettings)[];
  const settings = Object.fromEntries(names.map((name) => [name, read(name)])) as RoleSettings;
  if (!['rsa', 'ec', 'ed25519', 'any'].includes(settings.key_type))
    throw new Refusal(400, `unknown key type "${settings.key_type}"`);
  if (settings.max_ttl > 0 && settings.ttl > settings.max_ttl)
    throw new Refusal(400, '"ttl" value must be less than "max_ttl" value');
  return { ...settings, key_bits: keyBits(settings) };
}

/** A role keeps the size that goes with its type, also when only the type is changed later. */
function keyBits({ key_type: type, key_bits: bits }: RoleSettings): number {
  if (type === 'any' || type === 'ed25519') return 0;
  const [usual, ...others] = type === 'rsa' ? [2048, 3072, 4096, 8192] : [256, 224, 384, 521];
  if (bits === 0) return usual;
  if (bits !== usual && !others.includes(bits))
    throw new Refusal(400, `unsupported bit length for ${type.toUpperCase()} key: ${bits}`);
  return bits;
}
