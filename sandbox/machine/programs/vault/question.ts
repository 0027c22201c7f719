import type { Refusal } from './refusal.js';

/** What a node is asked, below /v1/. */
export type Question = {
  method: string;
  path: string;
  query: Record<string, string>;
  raw: Buffer;
  /** The body's fields; none when it is no JSON object. */
  fields: Record<string, unknown>;
  token: string | undefined;
  source: string;
  /** The client's certificate and those that it sent along, DER. */
  certificates: Buffer[];
};

export type Answer = { status: number; body?: unknown; bytes?: Buffer };
export type WireAnswer = { status: number; body?: unknown; bytes?: string };
export type WireQuestion = Omit<Question, 'raw' | 'certificates' | 'fields'> & {
  raw: string;
  certificates: string[];
};

export type Operation = 'read' | 'list' | 'update' | 'patch' | 'delete';

const operations: Readonly<Record<string, Operation>> = {
  GET: 'read',
  HEAD: 'read',
  LIST: 'list',
  POST: 'update',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

export function operationOf({ method, query }: Question): Operation | undefined {
  return method === 'GET' && query['list'] === 'true' ? 'list' : operations[method];
}

export function toWire(question: Question): WireQuestion {
  const { method, path, query, token, source } = question;
  return {
    method,
    path,
    query,
    token,
    source,
    raw: question.raw.toString('base64'),
    certificates: question.certificates.map((one) => one.toString('base64')),
  };
}

export function fromWire({ raw, certificates, ...rest }: WireQuestion): Question {
  const bytes = Buffer.from(raw, 'base64');
  return {
    ...rest,
    raw: bytes,
    fields: fieldsOf(bytes),
    certificates: certificates.map((one) => Buffer.from(one, 'base64')),
  };
}

export function fieldsOf(raw: Buffer): Record<string, unknown> {
  if (raw[0] !== 0x7b) return {};
  try {
    return JSON.parse(raw.toString()) as Record<string, unknown>;
  } catch {
    return {};
  }
}

export const empty: Answer = { status: 204 };

export function data(found: unknown): Answer {
  return { status: 200, body: { data: found } };
}

/** A list; Vault has no answer for an empty one. */
export function keys(names: readonly string[], info?: Record<string, unknown>): Answer {
  if (names.length === 0) return { status: 404, body: { errors: [] } };
  return data({ keys: [...names].sort(), ...(info && { key_info: info }) });
}

export function refused({ status, errors }: Refusal): Answer {
  return { status, body: { errors } };
}
