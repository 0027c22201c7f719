import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { z } from 'zod';

const Metadata = z.object({
  'instance-id': z.string(),
  'local-hostname': z.string(),
  network: z.object({
    version: z.literal(2),
    ethernets: z.record(
      z.string(),
      z.object({
        addresses: z.array(z.string()).min(1),
        routes: z.array(z.object({ to: z.string(), via: z.string() })).optional(),
        nameservers: z
          .object({ addresses: z.array(z.string()).optional(), search: z.array(z.string()).optional() })
          .optional(),
        mtu: z.number().optional(),
      }),
    ),
  }),
});

const UserData = z.object({
  users: z.array(
    z.union([
      z.literal('default'),
      z.object({
        name: z.string(),
        gecos: z.string().optional(),
        shell: z.string().optional(),
        sudo: z.union([z.string(), z.array(z.string())]).optional(),
        groups: z.union([z.string(), z.array(z.string())]).optional(),
        ssh_authorized_keys: z.array(z.string()).optional(),
      }),
    ]),
  ),
  ssh_keys: z.object({ ed25519_private: z.string(), ed25519_public: z.string().optional() }).optional(),
  write_files: z
    .array(z.object({ path: z.string(), content: z.string(), permissions: z.string().optional() }))
    .optional(),
  // Only that the store is brought up to date is simulated.
  ca_certs: z.strictObject({ remove_defaults: z.literal(false) }).optional(),
  runcmd: z.array(z.union([z.string(), z.array(z.string())])).optional(),
});

export type CloudInit = { metadata: z.infer<typeof Metadata>; userData: z.infer<typeof UserData> };

/**
 * Reads what a hypervisor hands to cloud-init's VMware datasource (guestinfo keys, plain, base64 or gzip+base64).
 * @throws Error that says what cloud-init would complain of.
 */
export function readCloudInit(guestInfo: Record<string, string>): CloudInit {
  const metadata = decoded(guestInfo, 'metadata');
  const userData = decoded(guestInfo, 'userdata');
  if (!userData.startsWith('#cloud-config')) throw new Error('user data does not begin with #cloud-config');
  return { metadata: Metadata.parse(parse(metadata)), userData: UserData.parse(parse(userData)) };
}

function decoded(guestInfo: Record<string, string>, key: string): string {
  const value = guestInfo[`guestinfo.${key}`];
  if (!value) throw new Error(`guestinfo.${key} is missing`);
  const encoding = guestInfo[`guestinfo.${key}.encoding`] ?? '';
  if (encoding === '') return value;
  const bytes = Buffer.from(value, 'base64');
  if (encoding === 'base64' || encoding === 'b64') return bytes.toString('utf8');
  if (encoding === 'gzip+base64' || encoding === 'gz+b64') return gunzipSync(bytes).toString('utf8');
  throw new Error(`guestinfo.${key}.encoding "${encoding}" is unknown`);
}
