import { z } from 'zod';

/** `options.install-load-balancer` of the site file. */
export const LoadBalancerInputs = z
  .strictObject({
    /**
     * Seconds between two advertisements of the machine that holds the addresses; it is given up after three and a bit.
     * VRRP 2 counts whole seconds, so that anything else speaks VRRP 3.
     */
    advertisementSeconds: z
      .number()
      .min(0.1)
      .max(10)
      .refine((seconds) => Number.isInteger(Math.round(seconds * 1e6) / 1e4), 'has more than two decimals')
      .default(1),
    /** The first of three virtual router ids in a row, when the computed ones are taken in a network. */
    firstVirtualRouterId: z.int().min(1).max(253).nullable().default(null),
    /** What the public address of lb-dmz takes; `null` sets no limit. */
    publicLimits: z
      .strictObject({
        /** Open at once, from everybody. */
        connections: z.int().min(100).nullable().default(null),
        /** Open at once from one address. Behind a proxy of yours all have the proxy's: allow it as much as all. */
        connectionsPerSource: z.int().min(1).nullable().default(200),
        /** New in a second from one address, on average over ten. */
        newPerSecondPerSource: z.int().min(1).nullable().default(50),
      })
      .prefault({}),
  })
  .prefault({});
export type LoadBalancerInputs = z.infer<typeof LoadBalancerInputs>;
