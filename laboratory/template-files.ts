/** Units of cloud-init, in the order in which they run. */
const units = ['cloud-init-local', 'cloud-init', 'cloud-config', 'cloud-final'];

/** What VMware tools would ask the hypervisor for; here it is in the environment that the machine was started with. */
export const guestInfoVariables = [
  'VMX_GUESTINFO',
  ...['METADATA', 'USERDATA', 'VENDORDATA'].flatMap((name) => [
    `VMX_GUESTINFO_${name}`,
    `VMX_GUESTINFO_${name}_ENCODING`,
  ]),
];

/** Units of packages that need a kernel of their own, and do not know that a container has none: they would fail. */
const notInContainers = ['auditd.service', 'run-rpc_pipefs.mount'];

/**
 * Mounts what fstab names: systemd leaves devices of fstab out in a container, where nothing else would mount them.
 * @see https://github.com/systemd/systemd/blob/v252/src/fstab-generator/fstab-generator.c
 */
const mountAtBoot = `[Unit]
DefaultDependencies=no
After=local-fs-pre.target
Before=local-fs.target
[Service]
Type=oneshot
ExecStart=/usr/bin/mount --all
`;

/**
 * What makes a plain Debian a template for clones, by path: the datasource that vSphere's templates name, and the way
 * from the environment to cloud-init. @see https://docs.cloud-init.io/en/latest/reference/datasources/vmware.html
 */
export const templateFiles: Readonly<Record<string, string>> = {
  'etc/cloud/cloud.cfg.d/90-template.cfg': 'datasource_list: [VMware]\nlocale: false\n',
  ...Object.fromEntries(
    units.map((unit) => [
      `etc/systemd/system/${unit}.service.d/guestinfo.conf`,
      `[Service]\nPassEnvironment=${guestInfoVariables.join(' ')}\n`,
    ]),
  ),
  'etc/systemd/system/laboratory-mounts.service': mountAtBoot,
  'etc/systemd/system/local-fs.target.d/laboratory.conf': '[Unit]\nWants=laboratory-mounts.service\n',
  ...Object.fromEntries(
    notInContainers.map((unit) => [
      `etc/systemd/system/${unit}.d/laboratory.conf`,
      '[Unit]\nConditionVirtualization=!container\n',
    ]),
  ),
};

/** What a clone must make for itself. */
export const removedFromTemplate = [
  'etc/hostname',
  'etc/machine-id',
  'var/lib/dbus/machine-id',
  'etc/ssh/ssh_host_ecdsa_key',
  'etc/ssh/ssh_host_ecdsa_key.pub',
  'etc/ssh/ssh_host_ed25519_key',
  'etc/ssh/ssh_host_ed25519_key.pub',
  'etc/ssh/ssh_host_rsa_key',
  'etc/ssh/ssh_host_rsa_key.pub',
];

/** What a Debian cloud image brings beside the required packages. Not what prepare-vms installs: it must show that it does. */
export const templatePackages = [
  'systemd',
  'systemd-sysv',
  'systemd-resolved',
  'udev',
  'dbus',
  'openssh-server',
  'sudo',
  'iproute2',
  'ca-certificates',
  'python3',
  'netbase',
  'netplan.io',
  'cloud-init',
  'kmod',
  'procps',
];
