/**
 * What Socle itself may do: what this role and those after it configure. Nothing here reads a secret that it did not
 * write, seals Vault or changes this policy's own rights without leaving a line in both audit logs.
 * @see https://developer.hashicorp.com/vault/docs/concepts/policies
 */
export const orchestratorPolicy = policyOf([
  ['sys/mounts', ['read']],
  ['sys/mounts/*', ['create', 'read', 'update', 'delete', 'sudo']],
  ['sys/auth', ['read']],
  ['sys/auth/*', ['create', 'read', 'update', 'delete', 'sudo']],
  ['sys/policies/acl/*', ['create', 'read', 'update', 'delete']],
  ['sys/audit', ['read', 'sudo']],
  ['sys/audit/*', ['create', 'update', 'delete', 'sudo']],
  ['sys/storage/raft/configuration', ['read']],
  ['sys/storage/raft/autopilot/state', ['read']],
  ['sys/storage/raft/remove-peer', ['update']],
  ['sys/storage/raft/snapshot', ['read', 'update']],
  ['sys/storage/raft/snapshot-force', ['update']],
  ['sys/step-down', ['update', 'sudo']],
  ['auth/approle/*', ['create', 'read', 'update', 'delete', 'list']],
  ['auth/cert/*', ['create', 'read', 'update', 'delete', 'list']],
  ['auth/+/config', ['create', 'read', 'update', 'delete']],
  ['auth/+/role/*', ['create', 'read', 'update', 'delete', 'list']],
  ['pki/*', ['create', 'read', 'update', 'patch', 'delete', 'list']],
  ['kv/data/platform/*', ['create', 'read', 'update', 'delete']],
  ['kv/metadata/platform/*', ['read', 'update', 'delete', 'list']],
]);

/**
 * Everything, for a person when nothing else is left: with the root token revoked nobody has that right otherwise. Whoever
 * holds the master key can log in with it, and each use stands in both audit logs under its own name.
 */
export const breakGlassPolicy = policyOf([
  ['*', ['create', 'read', 'update', 'patch', 'delete', 'list', 'sudo']],
]);

/**
 * A machine may have its own certificate signed anew, and no other's: the role it may use bears the name in the
 * certificate that it logged in with.
 * @param accessor of the auth method `cert`
 */
export function renewalPolicy(accessor: string): string {
  return policyOf([[`pki/sign/{{identity.entity.aliases.${accessor}.name}}`, ['update']]]);
}

type Rule = readonly [path: string, capabilities: readonly string[]];

function policyOf(rules: readonly Rule[]): string {
  return rules
    .map(
      ([path, capabilities]) =>
        `path "${path}" {\n  capabilities = [${capabilities.map((one) => `"${one}"`).join(', ')}]\n}\n`,
    )
    .join('\n');
}
