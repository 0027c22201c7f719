import { X509Certificate } from 'node:crypto';
import { list, text } from '../fields.js';
import { data, empty, keys, type Answer } from '../question.js';
import { denied, nothing, Refusal } from '../refusal.js';
import { changes, reads, type Call, type Route } from '../route.js';
import { dataOf } from '../state.js';
import { addToken, loginAnswer, tokenKey } from '../tokens.js';
import { isWithin, lifetime, policiesOf, tokenSettings, type TokenSettings } from './token-settings.js';

type CertificateRole = TokenSettings & { certificate: string; allowed_common_names: string[] };

const clientAuthentication = '1.3.6.1.5.5.7.3.2';

const rolesOf = ({ state, mount }: Call): Record<string, CertificateRole> =>
  dataOf<Record<string, CertificateRole>>(state, mount, () => ({}));

/** Logins with a TLS client certificate that a role's authority signed. */
export const certificateLogins: readonly Route[] = [
  changes('update', /^login$/, logIn, { open: true }),
  reads('list', /^certs$/, (call) => keys(Object.keys(rolesOf(call)))),
  reads('read', /^certs\/([^/]+)$/, (call) => {
    const role = rolesOf(call)[call.names[0]!];
    if (role === undefined) throw nothing();
    return data({ ...role, display_name: call.names[0] });
  }),
  changes('update', /^certs\/([^/]+)$/, (call) => {
    const { fields, names } = call;
    const before = rolesOf(call)[names[0]!];
    const certificate = text(fields, 'certificate', before?.certificate);
    if (!isCertificate(certificate)) throw new Refusal(400, 'failed to parse certificate');
    rolesOf(call)[names[0]!] = {
      ...tokenSettings(fields, before),
      certificate,
      allowed_common_names: list(fields, 'allowed_common_names', before?.allowed_common_names),
    };
    return empty;
  }),
  changes('delete', /^certs\/([^/]+)$/, (call) => {
    delete rolesOf(call)[call.names[0]!];
    return empty;
  }),
];

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}

function logIn(call: Call): Answer {
  const { state, mount, mountPath, fields, question } = call;
  const [own, ...above] = question.certificates.map((der) => new X509Certificate(der));
  if (own === undefined) throw new Refusal(400, 'client certificate must be supplied');
  const name = text(fields, 'name');
  const commonName = /^CN=(.*)$/m.exec(own.subject)?.[1] ?? '';
  const [roleName, role] =
    Object.entries(rolesOf(call)).find(
      ([candidate, { certificate, allowed_common_names: allowed }]) =>
        (name === '' || candidate === name) &&
        isTrusted(own, above, new X509Certificate(certificate)) &&
        (allowed.length === 0 || allowed.some((pattern) => isNamed(commonName, pattern))),
    ) ?? [];
  if (roleName === undefined || role === undefined)
    throw new Refusal(400, 'invalid certificate or no client certificate supplied');
  if (!isWithin(question.source, role.token_bound_cidrs)) throw denied();
  const token = addToken(state, {
    policies: policiesOf(role),
    path: `${mountPath}login`,
    displayName: `cert-${roleName}`,
    networks: role.token_bound_cidrs,
    aliases: { [mount.accessor]: commonName },
    metadata: { cert_name: roleName, common_name: commonName, serial_number: own.serialNumber },
    seconds: lifetime(role, mount),
  });
  return { status: 200, body: loginAnswer(token, state.tokens[tokenKey(state, token)]!) };
}

/** A certificate that is no authority's stands for itself alone. */
function isTrusted(own: X509Certificate, above: X509Certificate[], trusted: X509Certificate): boolean {
  const now = new Date();
  if (new Date(own.validFrom) > now || new Date(own.validTo) < now) return false;
  if (!trusted.ca) return own.fingerprint256 === trusted.fingerprint256;
  // Without the list it is good for everything.
  const purposes = own.keyUsage as string[] | undefined;
  if (purposes !== undefined && !purposes.includes(clientAuthentication)) return false;
  const signs = (issuer: X509Certificate, one: X509Certificate): boolean =>
    one.checkIssued(issuer) && one.verify(issuer.publicKey);
  if (signs(trusted, own)) return true;
  const next = above.find((issuer) => issuer.ca && signs(issuer, own));
  return next !== undefined && signs(trusted, next);
}

function isNamed(name: string, pattern: string): boolean {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`).test(name);
}
