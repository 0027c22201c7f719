import { z } from 'zod';
import { AddressWithPort, HostWithPort, WebUrl } from './address.js';
import { EarlyReference, Reference } from './reference.js';
import { ofText, Port, text } from './text.js';

/** `customer`: every name stands in the customer's DNS. `hosts`: in /etc/hosts of machines and CoreDNS of clusters. */
export const Dns = z.strictObject({
  mode: z.enum(['customer', 'hosts']),
  servers: z.array(AddressWithPort).min(1),
});
export type Dns = z.infer<typeof Dns>;

/** The organisation's directory; Keycloak, Rancher and Gogs read users from it. Plain ldap is no choice. */
export const Directory = z.strictObject({
  url: text(
    /^ldaps:\/\/[A-Za-z0-9.-]+(:\d{1,5})?$/,
    'an ldaps address',
    'Write it as ldaps://host or ldaps://host:636',
  ),
  baseDn: text(/^[A-Za-z]+=.+$/, 'a distinguished name', 'Write it as dc=example,dc=org'),
  bindDn: text(/^[A-Za-z]+=.+$/, 'a distinguished name').optional(),
  password: Reference.optional(),
  ca: Reference.optional(),
});
export type Directory = z.infer<typeof Directory>;

export const Mail = z.strictObject({
  relay: HostWithPort,
  port: Port.default(587),
  from: z.email({ error: ofText('is not a mail address') }),
  username: z.string().min(1).optional(),
  password: Reference.optional(),
});
export type Mail = z.infer<typeof Mail>;

/** Audit and system logs over TLS (RFC 5425). */
export const Syslog = z.strictObject({
  server: HostWithPort,
  port: Port.default(6514),
  ca: EarlyReference.optional(),
});
export type Syslog = z.infer<typeof Syslog>;

/** Where packages, images and archives come from; the platform itself never goes to the Internet. */
export const Artifacts = z.strictObject({
  /** Package mirror that apt and dnf are pointed at. */
  packages: WebUrl,
  /** Store of images, charts and archives for phases 3-9; the orchestrator's own when absent. */
  store: WebUrl.optional(),
  ca: EarlyReference.optional(),
  username: z.string().min(1).optional(),
  password: EarlyReference.optional(),
});
export type Artifacts = z.infer<typeof Artifacts>;
