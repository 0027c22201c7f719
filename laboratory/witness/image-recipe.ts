import { preparationPackages } from '../mirror.js';
import { removedFromTemplate, templatePackages } from '../template-files.js';

/** A template as a hypervisor clones it, with a kernel, and with what prepare-vms installs, so that no mirror is needed. */
export const imagePackages = [
  ...new Set([
    ...templatePackages,
    ...preparationPackages,
    'initramfs-tools',
    'linux-image-cloud-amd64',
    'zstd',
  ]),
].sort();

/** Files of the image, by path. The datasource is the one whose data can lie on a disk. */
export const imageFiles: Readonly<Record<string, string>> = {
  'etc/cloud/cloud.cfg.d/90-template.cfg': 'datasource_list: [NoCloud]\nlocale: false\n',
  'etc/fstab': 'LABEL=system / ext4 defaults,errors=remount-ro 0 1\n',
  // Empty, not absent: systemd then makes an id and does not think of a first boot.
  'etc/machine-id': '',
};

export const removedFromImage = removedFromTemplate.filter((path) => !(path in imageFiles));
