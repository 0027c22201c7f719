import { randomBytes } from 'node:crypto';
import { tryDevice } from '../audit.js';
import { change } from '../change.js';
import { text } from '../fields.js';
import { data, empty, type Answer } from '../question.js';
import { notSimulated, Refusal } from '../refusal.js';
import { changes, reads, type Call, type Route } from '../route.js';
import type { AuditDevice } from '../state.js';

/** Files that tell who did what. */
export const auditDevices: readonly Route[] = [
  reads(
    'read',
    /^audit$/,
    ({ state }) => {
      const devices = Object.entries(state.audit).map(([path, { options }]) => [
        `${path}/`,
        { type: 'file', path: `${path}/`, options, description: '', local: false },
      ]);
      return data(Object.fromEntries(devices) as unknown);
    },
    { sudo: true },
  ),
  reads('update', /^audit\/([^/]+)$/, enable, { sudo: true }),
  changes(
    'delete',
    /^audit\/([^/]+)$/,
    ({ state, names }) => {
      delete state.audit[names[0]!];
      return empty;
    },
    { sudo: true },
  ),
];

async function enable({ node, state, fields, names: [name] }: Call): Promise<Answer> {
  if (text(fields, 'type') !== 'file') throw notSimulated(`an audit device of type ${text(fields, 'type')}`);
  const options = (fields['options'] ?? {}) as Record<string, string>;
  const file = options['file_path'] ?? '';
  if (!file.startsWith('/')) throw new Refusal(400, 'file_path is required');
  const isFree = (audit: Record<string, AuditDevice>): void => {
    if (audit[name!] !== undefined) throw new Refusal(400, `path already in use: ${name}/`);
    if (Object.values(audit).some((other) => other.file === file))
      throw new Refusal(400, `another audit device writes ${file}`);
  };
  isFree(state.audit);
  const device = { file, options, salt: randomBytes(32).toString('hex') };
  await tryDevice(node, device);
  await change(node, ({ audit }) => {
    isFree(audit);
    audit[name!] = device;
  });
  node.machine.happened('vault-changed', { operation: 'update', path: `sys/audit/${name}` });
  return empty;
}
