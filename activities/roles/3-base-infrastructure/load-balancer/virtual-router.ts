import { createHash } from 'node:crypto';
import type { Site } from '../../../../config/site.js';
import type { LoadBalancerInputs } from './inputs.js';
import { pairGroups, type PairGroup } from './routes.js';

const largestId = 255;

/**
 * The virtual router id of a pair: three in a row, different for each pair, because zones may share a network. Where they
 * begin follows from the site's UUID, so that two sites in one network hardly ever take the same.
 */
export function virtualRouterId(site: Site, pair: PairGroup, inputs: LoadBalancerInputs): number {
  const number = createHash('sha256').update(site.uuid).digest().readUInt32BE(0);
  const count = pairGroups.length;
  const first = inputs.firstVirtualRouterId ?? 1 + (number % Math.floor(largestId / count)) * count;
  return first + pairGroups.indexOf(pair);
}

/** Of the machine that holds the addresses while both are well, and of the other: far apart, as keepalived advises. */
export const priorities = [150, 100] as const;
