import type { RoleSettings } from './role-settings.js';

/** Of the names that a certificate is asked for, the first that a role does not allow. */
export function nameNotAllowed(role: RoleSettings, names: readonly string[]): string | undefined {
  return names.find((name) => !isAllowed(role, name));
}

function isAllowed(role: RoleSettings, name: string): boolean {
  const isWildcard = name.includes('*');
  if (isWildcard && !role.allow_wildcard_certificates) return false;
  const plain = isWildcard ? name.replace(/^\*\./, '') : name;
  if (role.enforce_hostnames && !isHostName(plain)) return false;
  if (role.allow_any_name) return true;
  if (role.allow_localhost && (name === 'localhost' || name === 'localdomain')) return true;
  return role.allowed_domains.some((domain) => {
    if (role.allow_bare_domains && name === domain) return true;
    if (role.allow_subdomains && plain.endsWith(`.${domain}`)) return true;
    if (role.allow_subdomains && isWildcard && plain === domain) return true;
    return role.allow_glob_domains && domain.includes('*') && globOf(domain).test(name);
  });
}

function isHostName(name: string): boolean {
  return /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.?$/i.test(name);
}

function globOf(pattern: string): RegExp {
  return new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
}
