import { z } from 'zod';
import { Ipv4 } from './address.js';
import { optionalKeys } from './optional-keys.js';
import { Reference } from './reference.js';
import { DnsName } from './text.js';

/** Services that people or other systems reach by name. */
export const serviceNames = [
  'vault',
  'rancher',
  'argocd',
  'sso',
  's3',
  'n8n',
  'flowable',
  'kafka',
  'registry',
  'git',
  'monitoring',
  'portal',
  'internal',
  'backoffice',
  'gco',
  'api',
  'public-api',
] as const;
export type ServiceName = (typeof serviceNames)[number];

/** A certificate that the customer issues; without one the platform's own authority does. */
const CustomerCertificate = z.strictObject({
  chain: Reference.describe('PEM of certificate and intermediates'),
  key: Reference.describe('PEM of the private key'),
});

/** What differs from the computed `<service>.<domain>` on its load balancer's address. */
export const ServiceNameSettings = z.strictObject({
  name: DnsName.optional().describe('Instead of the service followed by the domain'),
  address: Ipv4.optional().describe('Instead of its load balancer'),
  certificate: CustomerCertificate.optional().describe(
    "Certificate that you issue; the platform's own authority does when absent",
  ),
});
export type ServiceNameSettings = z.infer<typeof ServiceNameSettings>;

export const Names = z.strictObject(optionalKeys(serviceNames, ServiceNameSettings)).prefault({});
