import type { WitnessImage } from './image.js';

/** The tap on this computer that the machine's card is connected to; a computer has one witness. */
export const tapName = 'socle-witness';

export const macAddress = '00:50:56:00:00:10';

/**
 * An emulated processor has none of the faults that mitigations are against, and each reading of the HPET, which the
 * kernel would fall back to, costs a way out of the emulation.
 */
const kernelWords = 'root=LABEL=system console=ttyS0 quiet mitigations=off tsc=reliable';

const memoryMiB = 1024;
const processors = 2;

export type Hardware = {
  image: WitnessImage;
  /** qcow2 disk of what the machine wrote. */
  system: string;
  seed: string;
  /** Raw data disks. */
  data: readonly string[];
  console: string;
};

/**
 * QEMU's words for the machine: its kernel started directly, virtio devices, processors in software. Never KVM: the
 * witness must run where there is none, and be the same everywhere.
 */
export function qemuWords({ image, system, seed, data, console }: Hardware): string[] {
  const disks = [
    { file: system, format: 'qcow2' },
    { file: seed, format: 'raw' },
    ...data.map((file) => ({ file, format: 'raw' })),
  ];
  return [
    'qemu-system-x86_64',
    ...['-nodefaults', '-no-user-config', '-display', 'none'],
    ...['-machine', 'q35', '-accel', 'tcg,thread=multi,tb-size=512', '-cpu', 'qemu64,-svm'],
    ...['-smp', String(processors), '-m', String(memoryMiB)],
    ...['-kernel', image.kernel, '-initrd', image.initialRamDisk],
    ...['-append', kernelWords],
    ...['-serial', `file:${console}`],
    ...['-device', 'virtio-rng-pci'],
    ...['-netdev', `tap,id=card,ifname=${tapName},script=no,downscript=no`],
    ...['-device', `virtio-net-pci,netdev=card,mac=${macAddress}`],
    ...disks.flatMap(({ file, format }, index) => [
      '-drive',
      // unsafe: this computer need not write what outlives QEMU; what the machine itself has not written is lost all the same.
      `if=none,id=disk${index},format=${format},file=${file},cache=unsafe`,
      '-device',
      `virtio-blk-pci,drive=disk${index}`,
    ]),
  ];
}
