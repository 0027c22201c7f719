import type { Route } from '../route.js';
import { auditDevices } from './audit-devices.js';
import { mountRoutes } from './mounts.js';
import { policies } from './policies.js';
import { raftRoutes } from './raft.js';
import { snapshots } from './snapshots.js';

/** What the active node answers below sys/. */
export const system: readonly Route[] = [
  ...mountRoutes('mounts'),
  ...mountRoutes('auth'),
  ...policies,
  ...auditDevices,
  ...raftRoutes,
  ...snapshots,
];
