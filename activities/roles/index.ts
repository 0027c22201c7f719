import type { AnyRole } from '../registry.js';

/** Every role of this version, in the order of config/phases.ts. */
export const roles: readonly AnyRole[] = [];
