import { text } from '../fields.js';
import type { Answer } from '../question.js';
import { Refusal } from '../refusal.js';
import { changes, type Call, type Route } from '../route.js';
import { addToken, loginAnswer, tokenKey } from '../tokens.js';
import { appRolesOf, secretKey } from './approle.js';
import { isWithin, lifetime, policiesOf } from './token-settings.js';

/** A token for who has a role's id and, where it asks for one, a secret id, and comes from one of its networks. */
export const approleLogin: Route = changes('update', /^login$/, logIn, { open: true });

function logIn(call: Call): Answer {
  const { state, mount, mountPath, fields, question } = call;
  const found = appRolesOf(call);
  const [roleId, secretId] = [text(fields, 'role_id'), text(fields, 'secret_id')];
  // Vault answers 500 to this one.
  if (roleId === '') throw new Refusal(500, '1 error occurred:\n\t* missing role_id\n\n');
  const [name, role] = Object.entries(found.roles).find(([, { roleId: id }]) => id === roleId) ?? [];
  if (name === undefined || role === undefined) throw new Refusal(400, 'invalid role or secret ID');
  if (role.bind_secret_id && role.secrets[secretKey(found, secretId)] === undefined)
    throw new Refusal(400, 'invalid role or secret ID');
  const { source } = question;
  for (const allowed of [role.secret_id_bound_cidrs, role.token_bound_cidrs])
    if (!isWithin(source, allowed))
      throw new Refusal(400, `source address "${source}" unauthorized through CIDR restrictions on the role`);
  const token = addToken(state, {
    policies: policiesOf(role),
    path: `${mountPath}login`,
    displayName: 'approle',
    networks: role.token_bound_cidrs,
    aliases: { [mount.accessor]: roleId },
    metadata: { role_name: name },
    seconds: lifetime(role, mount),
  });
  return { status: 200, body: loginAnswer(token, state.tokens[tokenKey(state, token)]!) };
}
