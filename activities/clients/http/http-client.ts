import { Agent } from 'node:https';
import { Readable } from 'node:stream';
import axios, { type AxiosResponse } from 'axios';
import type { z } from 'zod';
import { ApiError } from '../../errors.js';

/** Where a system answers and how it is asked. */
export type HttpSettings = {
  /** Names the system in errors. */
  system: string;
  /** Base address; paths of requests are appended. */
  url: string;
  /** PEM of the only authorities that its certificate is checked against; the computer's own when absent. */
  ca?: string;
  /** Sent with every request. */
  headers?: Readonly<Record<string, string>>;
  /** For one request, 30 seconds when absent. */
  timeoutMs?: number;
  /** Redirects followed, none when absent. A login does not go along to another host. */
  maxRedirects?: number;
  /** Whether the proxy that the environment names (`HTTPS_PROXY`, `NO_PROXY`) is asked; the platform's own systems never are. */
  viaProxy?: boolean;
};

export type HttpRequest<Answer = unknown> = {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Readonly<Record<string, string | number | boolean>>;
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, or as it is when it is a Buffer. */
  body?: unknown;
  /** Statuses that are answers; 200 to 299 when absent. Every other one is an ApiError. */
  accept?: readonly number[];
  /** How an answer's body is given: from JSON when absent, as a Buffer, or as a Readable that must be used up or destroyed. */
  read?: 'bytes' | 'stream';
  /** What is read of the body. Loose: it names only what is used. */
  answer?: z.ZodType<Answer>;
  signal?: AbortSignal;
  /** Text that an error may show of a refusal's body; its first 300 bytes when absent. */
  explain?: (body: unknown) => string;
};

export type HttpAnswer<Answer> = { status: number; headers: Readonly<Record<string, string>>; body: Answer };

export type HttpClient = {
  /** @throws ApiError when there is no answer, when it is refused, or when it is not of the form that `answer` wants */
  request: <Answer = unknown>(request: HttpRequest<Answer>) => Promise<HttpAnswer<Answer>>;
};

const requestMs = 30_000;
const responseTypes = { bytes: 'arraybuffer', stream: 'stream' } as const;
/** What is read of a refusal that came as a stream. */
const refusalBytes = 65_536;
/** Beyond these a repeated request gets the same answer. */
const passing = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Asks one system over HTTP. No request is repeated here: that is the workflow's to decide. */
export function httpClient(settings: HttpSettings): HttpClient {
  const { system, url, ca, headers, timeoutMs = requestMs, maxRedirects = 0, viaProxy = false } = settings;
  const http = axios.create({
    baseURL: url,
    timeout: timeoutMs,
    maxRedirects,
    ...(viaProxy ? {} : { proxy: false }),
    validateStatus: () => true,
    httpsAgent: new Agent({ keepAlive: true, minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) }),
    ...(headers === undefined ? {} : { headers }),
  });
  const request = async <Answer>(wanted: HttpRequest<Answer>): Promise<HttpAnswer<Answer>> => {
    const { method, path, query, body, accept, answer, signal, explain = firstBytes } = wanted;
    const fails = (status: number, detail: string, retryable: boolean, requestId?: string): ApiError =>
      new ApiError(system, method, path, status, detail, retryable, requestId);
    let response: AxiosResponse<unknown>;
    try {
      response = await http.request({
        method,
        url: path,
        ...(query === undefined ? {} : { params: query }),
        ...(wanted.headers === undefined ? {} : { headers: wanted.headers }),
        ...(body === undefined ? {} : { data: body }),
        ...(signal === undefined ? {} : { signal }),
        ...(wanted.read === undefined ? {} : { responseType: responseTypes[wanted.read] }),
      });
    } catch (error) {
      signal?.throwIfAborted();
      throw fails(0, `${url}: ${causeOf(error)}`, true);
    }
    const { status, data } = response;
    const answered = headersOf(response);
    const isAnswer = accept === undefined ? status >= 200 && status < 300 : accept.includes(status);
    if (!isAnswer) {
      const refusal = await refusalOf(data);
      throw fails(status, explain(refusal), passing.has(status), answered['x-request-id']);
    }
    if (answer === undefined) return { status, headers: answered, body: data as Answer };
    const read = answer.safeParse(data);
    if (read.success) return { status, headers: answered, body: read.data };
    const [issue] = read.error.issues;
    throw fails(status, `unexpected answer: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`, false);
  };
  return { request };
}

function headersOf({ headers }: AxiosResponse): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}

/** A refusal's body as a request for JSON would have given it, whatever was asked for. */
async function refusalOf(data: unknown): Promise<unknown> {
  if (!Buffer.isBuffer(data) && !(data instanceof Readable)) return data;
  const text = Buffer.isBuffer(data) ? data.toString() : await beginningOf(data);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** What arrives until the end, the limit or a broken connection: the refusal stands without it. */
async function beginningOf(stream: Readable): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of stream) {
      parts.push(part as Buffer);
      length += (part as Buffer).length;
      if (length >= refusalBytes) break;
    }
  } catch {
    parts.push(Buffer.from(' (cut off)'));
  }
  return Buffer.concat(parts).toString();
}

/** Axios' own message, without the request that it also carries. */
function causeOf(error: unknown): string {
  return error instanceof Error && error.message !== ''
    ? error.message
    : ((error as { code?: string }).code ?? 'no answer');
}

function firstBytes(body: unknown): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? '');
  return text.replace(/\s+/g, ' ').slice(0, 300);
}
