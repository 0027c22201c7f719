import { createHash } from 'node:crypto';
import { CommandError, type SimulatedCommand } from '../command.js';
import { parseOptions } from './options.js';

type Machine = Parameters<SimulatedCommand['run']>[1]['machine'];

const deviceNames = ['sda', 'sdb', 'sdc', 'sdd', 'sde', 'sdf'];

export const diskCommands: readonly SimulatedCommand[] = [
  {
    name: 'lsblk',
    run: async (args, { machine }) => {
      const { options, rest } = parseOptions('lsblk', args, {
        '-b': 'flag',
        '-d': 'flag',
        '-n': 'flag',
        '-r': 'flag',
        '-o': 'value',
        '-p': 'flag',
      });
      const columns = (options.get('-o') ?? 'NAME,SIZE,TYPE').split(',');
      const disks = machine.hardware.disksGiB.map((size, index) => ({
        NAME: deviceNames[index]!,
        SIZE: String(size * 2 ** 30),
        TYPE: 'disk',
      }));
      const parts = options.has('-d') ? [] : [{ NAME: 'sda1', SIZE: disks[0]?.SIZE ?? '0', TYPE: 'part' }];
      const rows: Record<string, string>[] = [...disks, ...parts].map((row) => ({
        ...row,
        FSTYPE: row.NAME === 'sda1' || machine.formatted.has(`/dev/${row.NAME}`) ? 'ext4' : '',
        MOUNTPOINT: mountPointOf(machine, `/dev/${row.NAME}`),
      }));
      const chosen =
        rest.length === 0
          ? rows
          : rows.filter(({ NAME }) => rest.some((path) => `/dev/${NAME}`.startsWith(path)));
      if (rest.length > 0 && chosen.length === 0)
        throw new CommandError(`lsblk: ${rest[0]}: not a block device`, 32);
      return {
        stdout: chosen.map((row) => `${columns.map((column) => row[column] ?? '').join(' ')}\n`).join(''),
      };
    },
  },
  {
    name: 'blkid',
    run: async (args, { machine }) => {
      const { options, rest } = parseOptions('blkid', args, {
        '-p': 'flag',
        '-L': 'value',
        '-o': 'value',
        '-s': 'value',
        '-U': 'value',
      });
      const label = options.get('-L');
      if (label !== undefined) {
        const found = [...machine.formatted].find(([, value]) => value.split(' ')[1] === label)?.[0];
        return found === undefined ? { exitCode: 2 } : { stdout: `${found}\n` };
      }
      const value = machine.formatted.get(rest[0] ?? '');
      if (rest[0] === '/dev/sda' || rest[0] === '/dev/sda1') return { stdout: 'system\n' };
      if (value === undefined) return { exitCode: 2 };
      const [uuid, name] = value.split(' ');
      return {
        stdout:
          options.get('-s') === 'UUID'
            ? `${uuid}\n`
            : `${rest[0]}: LABEL="${name}" UUID="${uuid}" TYPE="ext4"\n`,
      };
    },
  },
  {
    name: 'mkfs.ext4',
    root: true,
    run: async (args, { machine }) => {
      const { options, rest } = parseOptions('mkfs.ext4', args, {
        '-q': 'flag',
        '-L': 'value',
        '-m': 'value',
        '-F': 'flag',
      });
      const device = rest[0] ?? '';
      const index = deviceNames.indexOf(device.replace('/dev/', ''));
      if (index < 0 || index >= machine.hardware.disksGiB.length)
        throw new CommandError(
          `mkfs.ext4: No such file or directory while trying to determine filesystem size`,
        );
      if (index === 0)
        throw new CommandError(
          `${device} is apparently in use by the system; will not make a filesystem here!`,
        );
      const digest = createHash('sha1')
        .update(`${machine.hardware.instanceUuid} ${device} ${machine.formatted.size}`)
        .digest('hex');
      machine.formatted.set(
        device,
        `${digest.slice(0, 8)}-${digest.slice(8, 12)}-4${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)} ${options.get('-L') ?? ''}`,
      );
      machine.effect('formatted', { device });
    },
  },
  {
    name: 'mount',
    root: true,
    run: async (args, { machine }) => {
      const point = args.at(-1) ?? '';
      const entry = ((await machine.files.text('/etc/fstab')) ?? '')
        .split('\n')
        .find((line) => line.split(/\s+/)[1] === point);
      if (!entry) throw new CommandError(`mount: ${point}: can't find in /etc/fstab.`);
      const uuid = /^UUID=(\S+)/.exec(entry)?.[1];
      const device = [...machine.formatted].find(([, value]) => value.startsWith(`${uuid} `))?.[0];
      if (device === undefined) throw new CommandError(`mount: ${point}: can't find UUID=${uuid}.`);
      if (!(await machine.files.exists(point)))
        throw new CommandError(`mount: ${point}: mount point does not exist.`, 32);
      machine.mounts.set(point, device);
      machine.effect('mounted', { point });
    },
  },
  {
    name: 'umount',
    root: true,
    run: async ([point = ''], { machine }) => {
      if (!machine.mounts.delete(point)) throw new CommandError(`umount: ${point}: not mounted.`, 32);
    },
  },
  {
    name: 'mountpoint',
    run: async (args, { machine }) => ({ exitCode: machine.mounts.has(args.at(-1) ?? '') ? 0 : 1 }),
  },
  {
    name: 'findmnt',
    run: async (args, { machine }) => {
      const point = args.at(-1) ?? '';
      const device = machine.mounts.get(point);
      return device === undefined ? { exitCode: 1 } : { stdout: `${device}\n` };
    },
  },
];

function mountPointOf(machine: Machine, device: string): string {
  return [...machine.mounts].find(([, mounted]) => mounted === device)?.[0] ?? '';
}
