import { ApiError, PermanentError } from '../../errors.js';
import { hasBlob } from './blobs.js';
import type { Registry } from './registry.js';
import { beginUpload, completeUpload, findUpload, sendPart, type UploadSession } from './upload-session.js';

/**
 * Uploads that were begun and not ended, so that a later attempt goes on with them: by repository and digest, where each
 * goes on. Whoever keeps it longer than one call resumes more; losing it costs the bytes sent so far.
 */
export type OpenUploads = Map<string, string>;

export type UploadOptions = {
  uploads?: OpenUploads;
  /** Bytes sent at once, and held in memory; 8 MiB when absent. */
  partBytes?: number;
  /** Other repositories of the same registry that may hold it. */
  mountFrom?: readonly string[];
  signal?: AbortSignal;
  /** Told how many bytes the registry has. */
  sent?: (bytes: number) => void;
};

const defaultPartBytes = 8 * 1024 * 1024;

/**
 * Brings a blob into a repository, unless it is there. Interrupted, it goes on with the byte that the registry names, as
 * long as each attempt brings something; otherwise the next call does.
 * @param content gives the blob from a byte to its end
 * @throws ApiError when the registry refuses it, a wrong digest among the reasons
 */
export async function uploadBlob(
  registry: Registry,
  repository: string,
  { digest, size }: { digest: string; size: number },
  content: (from: number) => AsyncIterable<Buffer>,
  options: UploadOptions = {},
): Promise<'there' | 'mounted' | 'uploaded'> {
  const { uploads = new Map<string, string>(), partBytes = defaultPartBytes, mountFrom = [] } = options;
  const { signal, sent = () => undefined } = options;
  if (await hasBlob(registry, repository, digest, signal)) return 'there';
  const key = `${registry.url} ${repository} ${digest}`;
  const known = uploads.get(key);
  let session = known === undefined ? undefined : await findUpload(registry, known, signal);
  session ??= await firstSession(registry, repository, digest, mountFrom, signal);
  if (session === undefined) return 'mounted';
  sent(session.offset);
  for (;;) {
    const before = session.offset;
    try {
      const parts = partsOf(content(session.offset), partBytes);
      for await (const { part, isLast } of parts) {
        if (isLast) {
          await complete(registry, repository, session, digest, part, signal);
          uploads.delete(key);
          sent(size);
          return 'uploaded';
        }
        session = await sendPart(registry, session, part, signal);
        uploads.set(key, session.location);
        sent(session.offset);
      }
    } catch (error) {
      signal?.throwIfAborted();
      const known: UploadSession | undefined = isInterruption(error)
        ? await findUpload(registry, session.location, signal)
        : undefined;
      if (known === undefined) uploads.delete(key);
      if (known === undefined || known.offset <= before) throw error;
      session = known;
    }
  }
}

async function firstSession(
  registry: Registry,
  repository: string,
  digest: string,
  mountFrom: readonly string[],
  signal?: AbortSignal,
): Promise<UploadSession | undefined> {
  for (const from of mountFrom) {
    if (!(await hasBlob(registry, from, digest, signal))) continue;
    return beginUpload(registry, repository, { digest, from }, signal);
  }
  return beginUpload(registry, repository, undefined, signal);
}

/** The answer of a completed upload may be lost: then the blob is there. */
async function complete(
  registry: Registry,
  repository: string,
  session: UploadSession,
  digest: string,
  rest: Buffer,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await completeUpload(registry, session, digest, rest, signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (!isInterruption(error) || !(await hasBlob(registry, repository, digest, signal))) throw error;
  }
}

/** What may be better at the next byte; a refusal is not. */
function isInterruption(error: unknown): boolean {
  return error instanceof ApiError ? error.retryable : !(error instanceof PermanentError);
}

/** Gathers bytes to parts of one size; the last is what is left, which may be nothing. */
async function* partsOf(
  content: AsyncIterable<Buffer>,
  partBytes: number,
): AsyncGenerator<{ part: Buffer; isLast: boolean }> {
  let gathered: Buffer[] = [];
  let length = 0;
  for await (const bytes of content) {
    gathered.push(bytes);
    length += bytes.length;
    while (length > partBytes) {
      const all = Buffer.concat(gathered);
      yield { part: all.subarray(0, partBytes), isLast: false };
      gathered = [all.subarray(partBytes)];
      length -= partBytes;
    }
  }
  yield { part: Buffer.concat(gathered), isLast: true };
}
