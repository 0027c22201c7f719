import { z } from 'zod';
import { fileName } from '../artifacts/store.js';
import { AddressWithPort, HostWithPort, WebUrl } from './address.js';
import { EarlyReference, Reference } from './reference.js';
import { ofText, Port, shown, text } from './text.js';

export const Dns = z.strictObject({
  mode: z
    .enum(['customer', 'hosts'])
    .describe('customer: your DNS holds every name. hosts: machines and clusters hold them themselves'),
  servers: z.array(AddressWithPort).min(1).describe('DNS servers that the machines ask'),
});
export type Dns = z.infer<typeof Dns>;

/** The organisation's directory; Keycloak, Rancher and Gogs read users from it. Plain ldap is no choice. */
export const Directory = z.strictObject({
  url: text(
    /^ldaps:\/\/[A-Za-z0-9.-]+(:\d{1,5})?$/,
    'an ldaps address',
    'Write it as ldaps://host or ldaps://host:636',
  ).describe('Directory server; plain ldap is no choice'),
  baseDn: text(/^[A-Za-z]+=.+$/, 'a distinguished name', 'Write it as dc=example,dc=org').describe(
    'Where users and groups stand',
  ),
  bindDn: text(/^[A-Za-z]+=.+$/, 'a distinguished name')
    .optional()
    .describe('Account that reads the directory; anonymous when absent'),
  password: Reference.optional().describe('Its password'),
  ca: Reference.optional().describe('PEM of the authority that signed its certificate'),
});
export type Directory = z.infer<typeof Directory>;

export const Mail = z.strictObject({
  relay: HostWithPort.describe('Mail relay that takes mail with STARTTLS'),
  port: Port.default(587).describe('TCP port'),
  from: z.email({ error: ofText('is not a mail address') }).describe('Sender of every mail'),
  username: z.string().min(1).optional().describe('Account on the relay; none when absent'),
  password: Reference.optional().describe('Its password'),
});
export type Mail = z.infer<typeof Mail>;

/** Audit and system logs over TLS (RFC 5425). */
export const Syslog = z.strictObject({
  server: HostWithPort.describe(
    'Host or address of the log collector; a DNS name or the common name of its certificate',
  ),
  port: Port.default(6514).describe('TCP port, TLS'),
  ca: EarlyReference.optional().describe(
    'PEM of the authority that signed its certificate; when absent, one that the machines trust as they are',
  ),
});
export type Syslog = z.infer<typeof Syslog>;

const plainName = 'Begin with a letter or digit, then letters, digits, ".", "_", "+" and "-"';

/** A file that takes the place of the pinned one of that name, or is added to them. */
export const CatalogueEntry = z.strictObject({
  name: text(
    /^[a-z0-9][a-z0-9._+-]*$/,
    'a name of an artefact',
    'Use lower-case letters, digits, ".", "_", "+" and "-"',
  ).describe('A name of socle artifacts list replaces that file; any other name adds a file'),
  version: text(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/, 'a version', plainName).describe('Its version'),
  url: WebUrl.refine((url) => fileName(url) !== undefined, {
    error: (issue) => `${shown(issue.input)} does not end in a plain file name. ${plainName}`,
  }).describe('Where socle artifacts fetch finds it; ends in the file name'),
  sha256: text(
    /^[0-9a-f]{64}$/,
    'a SHA-256 checksum',
    'Write the 64 lower-case hexadecimal digits that sha256sum prints',
  ).describe('Checksum of the file as it is downloaded'),
  licence: text(/^\S.*$/, 'a licence', 'Write its SPDX identifier, such as MIT').describe('SPDX identifier'),
});

const host = '[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+(:\\d{1,5})?';
const path = '[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*';

/** An image that takes the place of the pinned one of that name, or is added to them. */
export const ImageEntry = z.strictObject({
  name: CatalogueEntry.shape.name.describe(
    'A name of socle artifacts list replaces that image; any other name adds one',
  ),
  version: text(
    /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/,
    'a tag',
    'Begin with a letter, digit or "_", then letters, digits, ".", "_" and "-", 128 at most',
  ).describe('Its tag'),
  image: text(
    new RegExp(`^${host}(/${path})+$`),
    'the name of an image with its registry and without tag',
    'Write it as registry.example.org/team/image',
  ).describe('Its name with the registry that it comes from, without tag'),
  digest: text(
    /^sha256:[0-9a-f]{64}$/,
    'a digest',
    'Write sha256: and 64 lower-case hexadecimal digits, as skopeo inspect prints them',
  ).describe('What the tag stands for: an index with all its platforms, or one image'),
  licence: CatalogueEntry.shape.licence,
});

/** Where packages, images and archives come from; the platform itself never goes to the Internet. */
export const Artifacts = z.strictObject({
  packages: WebUrl.describe('Package mirror that apt and dnf are pointed at'),
  store: WebUrl.describe('Store of what is no package: a web server over what socle artifacts fetch fills'),
  ca: EarlyReference.optional().describe(
    'PEM of the authority that signed the certificates of mirror and store',
  ),
  username: z.string().min(1).optional().describe('Account on mirror and store; none when absent'),
  password: EarlyReference.optional().describe('Its password'),
  catalogue: z
    .array(CatalogueEntry)
    .optional()
    .describe('Files that replace the pinned ones (socle artifacts list) or are added to them'),
  images: z
    .array(ImageEntry)
    .optional()
    .describe('Images that replace the pinned ones or are added to them; all added ones are mirrored'),
});
export type Artifacts = z.infer<typeof Artifacts>;
