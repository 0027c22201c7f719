import { createHmac } from 'node:crypto';
import type { Found } from './engines.js';
import type { VaultNode } from './node.js';
import type { Answer, Operation, Question } from './question.js';
import { Refusal } from './refusal.js';
import type { AuditDevice, Token, VaultState } from './state.js';

/** A file that grew larger is put aside, as its rotation on a machine does later: the sandbox keeps little of it. */
const largestBytes = 256 * 1024;

/** Writes who asks for what. @throws Refusal 500 when none of the devices can be written to */
export async function auditRequest(
  node: VaultNode,
  state: VaultState,
  question: Question,
  operation: Operation,
  found: Found | undefined,
  token: Token | undefined,
): Promise<void> {
  await toEach(node, state, (hash) => ({
    type: 'request',
    auth: authOf(token, question, hash),
    request: { ...requestOf(question, hash), operation, mount_type: found?.mount.type ?? '' },
  }));
}

/** Writes what became of it. @throws Refusal 500 when none of the devices can be written to: then nothing is answered */
export async function auditResponse(
  node: VaultNode,
  state: VaultState,
  question: Question,
  { status, body }: Answer,
  token: Token | undefined,
): Promise<void> {
  const errors = (body as { errors?: string[] } | undefined)?.errors;
  await toEach(node, state, (hash) => ({
    type: 'response',
    auth: authOf(token, question, hash),
    request: requestOf(question, hash),
    response: { status },
    ...(errors !== undefined && { error: errors.join('; ') }),
  }));
}

/** @throws Refusal 400 when a device cannot write its file */
export async function tryDevice(node: VaultNode, device: AuditDevice): Promise<void> {
  await append(node, device.file, '');
}

type Hash = (value: string) => string;

async function toEach(
  node: VaultNode,
  { audit }: VaultState,
  entry: (hash: Hash) => Record<string, unknown>,
): Promise<void> {
  const devices = Object.values(audit);
  const time = new Date().toISOString();
  let failed = 0;
  for (const { file, salt } of devices) {
    const hash: Hash = (value) => `hmac-sha256:${createHmac('sha256', salt).update(value).digest('hex')}`;
    try {
      await append(node, file, `${JSON.stringify({ time, ...entry(hash) })}\n`);
    } catch {
      failed += 1;
    }
  }
  if (devices.length > 0 && failed === devices.length)
    throw new Refusal(500, 'failed to audit: no audit backend succeeded in logging the request');
}

async function append({ machine }: VaultNode, file: string, line: string): Promise<void> {
  const { files } = machine;
  // Folders that are missing are made; what is no folder is none.
  const folder = file.slice(0, file.lastIndexOf('/')) || '/';
  const above = await nearest(files, folder);
  if (!(await files.stat(above)).isDirectory)
    throw new Refusal(400, `sanity check failed; unable to open "${file}" for writing: not a directory`);
  if ((await files.exists(file)) && (await files.stat(file)).size > largestBytes) {
    await files.writeAsProgram(`${file}.1`, await files.readFile(file));
    await files.writeAsProgram(file, '');
  }
  await files.appendAsProgram(file, line);
}

async function nearest(files: VaultNode['machine']['files'], folder: string): Promise<string> {
  return (await files.exists(folder)) || folder === '/'
    ? folder
    : nearest(files, folder.slice(0, folder.lastIndexOf('/')) || '/');
}

function authOf(token: Token | undefined, { token: text }: Question, hash: Hash): Record<string, unknown> {
  if (token === undefined || text === undefined) return {};
  const { accessor, displayName, policies, metadata } = token;
  return {
    accessor: hash(accessor),
    client_token: hash(text),
    display_name: displayName,
    policies,
    token_policies: policies,
    metadata,
  };
}

function requestOf({ path, fields, source, token }: Question, hash: Hash): Record<string, unknown> {
  return {
    path,
    remote_address: source,
    ...(token !== undefined && { client_token: hash(token) }),
    ...(Object.keys(fields).length > 0 && { data: hashed(fields, hash) }),
  };
}

/** Every text in what was sent might be a secret. */
function hashed(value: unknown, hash: Hash): unknown {
  if (typeof value === 'string') return hash(value);
  if (Array.isArray(value)) return value.map((one) => hashed(one, hash));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, hashed(one, hash)]));
}
