import type { RoleName } from '../phases.js';

/** A file that is no package of the operating system: what its publisher offers for linux/amd64, unchanged. */
export type Artifact = {
  name: string;
  version: string;
  /** Where its publisher, or the site, offers it; the last part is its name in a store. */
  url: string;
  /** Of the file as it is downloaded, 64 lower-case hexadecimal digits. */
  sha256: string;
  /** SPDX identifier. */
  licence: string;
  /** Roles that install it; none for what a site added for itself. */
  neededBy: readonly RoleName[];
};
