import { z } from 'zod';
import { dataOf, type Vault } from './vault.js';

const Devices = dataOf(
  z.record(z.string(), z.object({ type: z.string(), options: z.record(z.string(), z.string()) })),
);

/** The file that each audit device writes, by the device's path without its last slash. */
export async function auditFiles(vault: Vault): Promise<Map<string, string>> {
  const { body } = await vault.request({ method: 'GET', path: 'sys/audit', answer: Devices });
  const files = Object.entries(body).filter(([, { type }]) => type === 'file');
  return new Map(files.map(([path, { options }]) => [path.replace(/\/$/, ''), options['file_path'] ?? '']));
}

/**
 * Enables a file audit device. From then on Vault answers nothing that it could not write to at least one device.
 * @throws ApiError 400 when there is a device of this path, or one with this file, or the file cannot be written
 */
export async function enableAuditFile(vault: Vault, device: string, file: string): Promise<void> {
  await vault.request({
    method: 'PUT',
    path: `sys/audit/${device}`,
    body: { type: 'file', options: { file_path: file, mode: '0600' } },
  });
}

export async function disableAudit(vault: Vault, device: string): Promise<void> {
  await vault.request({ method: 'DELETE', path: `sys/audit/${device}` });
}
