import { z } from 'zod';

/** Placeholder of the whole schema; see docs/site-file.md. */
export const Site = z.strictObject({
  name: z.string(),
  uuid: z.uuid(),
  domain: z.string(),
  concurrentUsers: z.int().positive(),
});
export type Site = z.infer<typeof Site>;
