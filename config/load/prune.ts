import type { z } from 'zod';
import type { Site } from '../site.js';

/** A value of which any part may be missing, because what stood there was wrong. */
export type Sparse<Value> = Value extends readonly (infer Item)[]
  ? readonly (Sparse<Item> | undefined)[]
  : Value extends object
    ? { [Key in keyof Value]?: Sparse<Value[Key]> | undefined }
    : Value;

/** The valid parts of a site file: what cross-field checks work on, so that they report even beside other mistakes. */
export type SparseSite = Sparse<Site>;

/**
 * Takes everything out of `value` that zod objected to. What was wrong stays as a key with the value undefined, so that
 * a check can tell wrong from absent; list positions stay as they were; defaults are not filled in. A group whose kind is
 * unknown goes as a whole, because nothing in it was checked.
 */
export function pruned(value: unknown, issues: readonly z.core.$ZodIssue[]): SparseSite {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const copy = structuredClone(value) as SparseSite;
  for (const issue of issues) {
    if (issue.path.length === 0 && issue.code !== 'unrecognized_keys') return {};
    if (issue.code === 'unrecognized_keys')
      for (const key of issue.keys) remove(copy, [...issue.path, key], false);
    else remove(copy, issue.code === 'invalid_union' ? issue.path.slice(0, -1) : issue.path);
  }
  return copy;
}

function remove(root: object, path: readonly PropertyKey[], keepKey = true): void {
  const last = path.at(-1);
  let holder: unknown = root;
  for (const step of path.slice(0, -1))
    holder = (holder as Record<PropertyKey, unknown> | null | undefined)?.[step];
  if (last === undefined || typeof holder !== 'object' || holder === null || !(last in holder)) return;
  if (keepKey) (holder as Record<PropertyKey, unknown>)[last] = undefined;
  else Reflect.deleteProperty(holder, last);
}
