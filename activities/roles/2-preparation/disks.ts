import type { Machine } from '../../../config/machine.js';
import { dataDisk } from '../../host/data-disk.js';
import type { Resource } from '../../host/resource.js';

/** Every disk but the system's: a file system where its mount point says. */
export function disks(machine: Machine): Resource[] {
  return machine.disks.flatMap(({ name, sizeGiB, mountPoint }) =>
    mountPoint === undefined ? [] : [dataDisk({ label: `socle-${name}`, sizeGiB, mountPoint })],
  );
}
