import { createPublicKey, X509Certificate } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { readCertificate, readRequest, signCertificate } from '../../../../../config/certificates/x509.js';
import { list, seconds, text } from '../fields.js';
import { data, type Answer } from '../question.js';
import { notSimulated, Refusal } from '../refusal.js';
import { longestLeaseSeconds, type Mount } from '../state.js';
import type { Call } from '../route.js';
import { nameNotAllowed } from './allowed-names.js';
import { nameOf } from './names.js';
import type { RoleSettings } from './role-settings.js';
import { chainOf, issuerId, signingKey, storeOf } from './store.js';

/**
 * Signs a request under a role, for server and client. The certificate does not name the addresses of issuer and
 * revocation list.
 * @throws Refusal 400 when the role does not allow what is asked for
 */
export function signUnderRole(call: Call): Answer {
  const { fields, names, mount } = call;
  const store = storeOf(call);
  const role = store.roles[names[0]!];
  if (role === undefined) throw new Refusal(400, `unknown role: ${names[0]!}`);
  refuseUnknown(role);
  const publicKey = publicKeyOf(text(fields, 'csr'), role);
  const commonName = text(fields, 'common_name');
  if (commonName === '' && role.require_cn)
    throw new Refusal(400, 'the common_name field is required, or must be provided in a CSR');
  const alternative = list(fields, 'alt_names');
  const addresses = list(fields, 'ip_sans');
  if (commonName !== '' && nameNotAllowed(role, [commonName]) !== undefined)
    throw new Refusal(400, `common name ${commonName} not allowed by this role`);
  const other = nameNotAllowed(role, alternative);
  if (other !== undefined) throw new Refusal(400, `subject alternate name ${other} not allowed by this role`);
  if (addresses.length > 0 && !role.allow_ip_sans)
    throw new Refusal(400, 'IP Subject Alternative Names are not allowed in this role');
  const wrong = addresses.find((address) => !isIPv4(address));
  if (wrong !== undefined) throw new Refusal(400, `the value "${wrong}" is not a valid IP address`);

  const issuer = store.issuers[issuerId(store, role.issuer_ref) ?? ''];
  const key = store.keys[issuer?.keyId ?? ''];
  if (issuer === undefined || key === undefined)
    throw new Refusal(500, 'error fetching CA certificate: no default issuer currently configured');
  const notAfter = new Date(Date.now() + lifetimeOf(role, fields, mount) * 1000);
  const end = new Date(new X509Certificate(issuer.certificate).validTo);
  if (notAfter > end)
    throw new Refusal(
      400,
      `cannot satisfy request, as TTL would result in notAfter of ${notAfter.toISOString()} that is beyond the expiration of the CA certificate at ${end.toISOString()}`,
    );
  const { subject, keyIdentifier } = readCertificate(issuer.certificate);
  const certificate = signCertificate(
    {
      subject: nameOf(commonName),
      publicKey,
      use: {
        kind: 'server',
        names: [...new Set([...(commonName === '' ? [] : [commonName]), ...alternative])],
        addresses,
      },
      notBefore: new Date(Date.now() - role.not_before_duration * 1000),
      notAfter,
    },
    { subject, key: signingKey(key), keyIdentifier },
  );
  return data({
    certificate: certificate.trim(),
    issuing_ca: issuer.certificate.trim(),
    ca_chain: chainOf(store, issuer.certificate).map((one) => one.trim()),
    expiration: Math.floor(notAfter.getTime() / 1000),
    serial_number: new X509Certificate(certificate).serialNumber.toLowerCase().replace(/(..)(?=.)/g, '$1:'),
  });
}

function refuseUnknown(role: RoleSettings): void {
  if (role.use_csr_common_name || role.use_csr_sans)
    throw notSimulated('a role that takes its names from the signing request');
  if (!role.server_flag || !role.client_flag || role.code_signing_flag || role.email_protection_flag)
    throw notSimulated('a role that signs for anything but server and client');
}

function publicKeyOf(request: string, role: RoleSettings): Buffer {
  let publicKey: Buffer;
  try {
    ({ publicKey } = readRequest(request));
  } catch (error) {
    throw new Refusal(400, `certificate request could not be parsed: ${(error as Error).message}`);
  }
  const type = createPublicKey({ key: publicKey, format: 'der', type: 'spki' }).asymmetricKeyType;
  if (role.key_type !== 'any' && role.key_type !== type)
    throw new Refusal(400, `role requires keys of type ${role.key_type}`);
  return publicKey;
}

/** What is asked for, or what the role says, as far as role and mount let it. */
function lifetimeOf(role: RoleSettings, fields: Record<string, unknown>, mount: Mount): number {
  const limit = mount.maxLeaseSeconds || longestLeaseSeconds;
  const longest = Math.min(role.max_ttl || limit, limit);
  const usual = role.ttl || mount.defaultLeaseSeconds || longestLeaseSeconds;
  return Math.min(seconds(fields, 'ttl', usual), longest);
}
