import type { SimulatedMachine } from '../../machine.js';
import type { GogsConfiguration } from './configuration.js';
import type { Database } from './database.js';
import type { Disk } from './disk.js';

/** One running Gogs. */
export type Gogs = {
  machine: SimulatedMachine;
  settings: GogsConfiguration;
  disk: Disk;
  database: Database;
};
