import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../command.js';

/** cloud-init's data for the first boot as the orchestrator gives it to a hypervisor. */
export type FirstBoot = { userData: string; metaData: (macAddress: string) => string };

/**
 * A small disk with the first-boot data, as cloud-init's datasource NoCloud wants it: the network in a file beside the metadata, not in it.
 * @see https://docs.cloud-init.io/en/latest/reference/datasources/nocloud.html
 */
export async function makeSeed(
  disk: string,
  { userData, metaData }: FirstBoot,
  macAddress: string,
): Promise<void> {
  const { network, ...rest } = JSON.parse(metaData(macAddress)) as Record<string, unknown>;
  const files = {
    'user-data': userData,
    'meta-data': JSON.stringify(rest),
    'network-config': JSON.stringify(network),
  };
  const folder = `${disk}.files`;
  await mkdir(folder, { mode: 0o700 });
  const paths = Object.keys(files).map((name) => join(folder, name));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  await writeFile(disk, Buffer.alloc(1024 ** 2), { mode: 0o600 });
  await run(['mformat', '-i', disk, '-v', 'CIDATA', '::']);
  await run(['mcopy', '-i', disk, ...paths, '::']);
  await rm(folder, { recursive: true });
}
