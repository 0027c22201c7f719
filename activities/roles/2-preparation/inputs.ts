import { z } from 'zod';

/** `options.prepare-vms` of the site file. */
export const PrepareVmsInputs = z
  .strictObject({
    /** `unmanaged` leaves cards, addresses and name servers to whoever set them. */
    network: z.enum(['managed', 'unmanaged']).default('managed'),
    /** Security pocket of a Debian mirror when it is not `<packages>-security`. */
    securityPackages: z.url().nullable().default(null),
    /** More packages for every machine. */
    extraPackages: z.array(z.string().regex(/^[a-z0-9][a-z0-9+._-]*$/)).default([]),
    /** Shown before login. */
    banner: z.string().default('This system is for authorised use only. What is done here is recorded.'),
  })
  .prefault({});
export type PrepareVmsInputs = z.infer<typeof PrepareVmsInputs>;
