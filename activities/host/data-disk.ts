import { attributesLibrary } from './file.js';
import { quote } from './quote.js';
import type { Resource } from './resource.js';

export type DataDisk = {
  /** Label of the file system, 16 characters at most. */
  label: string;
  sizeGiB: number;
  mountPoint: string;
};

/**
 * Needs lsblk, blkid, mkfs.ext4, mount, mountpoint, grep, head, sed. A disk is taken only when it has exactly the wanted
 * size, no partitions and no signature whatever: `blkid -p` answers 2 for a disk on which it finds nothing.
 */
const diskLibrary = `blank_disk() {
  lsblk -bdnro NAME,SIZE,TYPE | while read -r name size type; do
    if [ "$type" = disk ] && [ "$size" = "$1" ] && [ "$(lsblk -nro NAME "/dev/$name" | grep -c .)" = 1 ]; then
      code=0
      blkid -p "/dev/$name" >/dev/null 2>&1 || code=$?
      if [ "$code" = 2 ]; then printf '%s\\n' "/dev/$name"; fi
    fi
  done | head -n 1
}
data_disk() {
  device=$(blkid -L "$1" || :)
  if [ -z "$device" ]; then
    device=$(blank_disk "$2")
    if ! differs "no file system $1 yet"; then return 0; fi
    if [ -z "$device" ]; then
      echo "no blank disk of exactly $2 bytes for $3; disks here: $(lsblk -bdnro NAME,SIZE,TYPE | tr '\\n' ';')" >&2
      exit 1
    fi
    mkfs.ext4 -q -L "$1" "$device"
  fi
  entry="UUID=$(blkid -o value -s UUID "$device") $3 ext4 defaults,nofail,x-systemd.device-timeout=30 0 2"
  if ! grep -qxF "$entry" /etc/fstab; then
    if differs "$3: not in fstab"; then
      { grep -v "^[^#]* $3 " /etc/fstab || :; printf '%s\\n' "$entry"; } >/etc/fstab.socle
      chmod 644 /etc/fstab.socle
      mv -f /etc/fstab.socle /etc/fstab
    fi
  fi
  if ! mountpoint -q "$3"; then
    if differs "$3: not mounted"; then
      mkdir -p "$3"
      mount "$3"
      label "$3"
    fi
  fi
}`;

/**
 * A disk with a file system, mounted by its UUID. Formats a blank disk once and finds it by its label ever after; a disk
 * that holds anything is never formatted.
 */
export function dataDisk({ label, sizeGiB, mountPoint }: DataDisk): Resource {
  const bytes = sizeGiB * 1024 ** 3;
  return {
    title: `data disk ${mountPoint}`,
    library: [attributesLibrary, diskLibrary],
    call: `data_disk ${quote(label)} ${bytes} ${quote(mountPoint)}`,
    notify: [],
  };
}
