import { z } from 'zod';
import { ApiError } from '../../errors.js';
import { dataOf, readOrNothing, type Vault } from './vault.js';

export type Fields = Readonly<Record<string, string>>;

const Secret = dataOf(
  z.object({ data: z.record(z.string(), z.string()), metadata: z.object({ version: z.int() }) }),
);

/**
 * A secret of a KV engine of version 2.
 * @returns undefined when there is none, or when its current version was deleted
 */
export async function readSecret(
  vault: Vault,
  engine: string,
  name: string,
): Promise<{ fields: Fields; version: number } | undefined> {
  const found = await readOrNothing(vault, `${engine}/data/${name}`, Secret);
  return found === undefined ? undefined : { fields: found.data, version: found.metadata.version };
}

const Written = dataOf(z.object({ version: z.int() }));

/**
 * Writes a secret.
 * @param version that it must have now; 0 when there must be none, so that nobody's secret is written over
 * @returns the version that it has afterwards
 * @throws ApiError 400 when it has another one
 */
export async function writeSecret(
  vault: Vault,
  engine: string,
  name: string,
  fields: Fields,
  version: number,
): Promise<number> {
  const { body } = await vault.request({
    method: 'POST',
    path: `${engine}/data/${name}`,
    body: { data: fields, options: { cas: version } },
    answer: Written,
  });
  return body.version;
}

/**
 * The secret of this name, written with what `make` answers when there is none. Whoever comes second, or lost the answer,
 * gets what the first one wrote.
 */
export async function ensureSecret(
  vault: Vault,
  engine: string,
  name: string,
  make: () => Fields,
): Promise<Fields> {
  const found = await readSecret(vault, engine, name);
  if (found !== undefined) return found.fields;
  const fields = make();
  try {
    await writeSecret(vault, engine, name, fields, 0);
    return fields;
  } catch (error) {
    const written = error instanceof ApiError && error.status === 400;
    const other = written ? await readSecret(vault, engine, name) : undefined;
    if (other === undefined) throw error;
    return other.fields;
  }
}

/** Deletes all versions of a secret; nothing happens when there is none. */
export async function destroySecret(vault: Vault, engine: string, name: string): Promise<void> {
  await vault.request({ method: 'DELETE', path: `${engine}/metadata/${name}` });
}
