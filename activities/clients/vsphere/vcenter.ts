import type { Place, Placement } from './inventory.js';
import type { SoapSession } from './soap-session.js';

/** What the functions of this folder work with: one site on one vCenter. */
export type Vcenter = {
  session: SoapSession;
  placement: Placement;
  site: { name: string; uuid: string };
  /** Resolved once per Vcenter. */
  place: () => Promise<Place>;
};
