export type RiseAndFall = { rise: number; fall: number };

/**
 * How HAProxy and keepalived count results: from 0, surely down, to rise + fall - 1, surely up; up from `rise` on. One
 * that falls or rises passes over the rest.
 */
export function nextHealth(health: number, good: boolean, { rise, fall }: RiseAndFall): number {
  if (good) return health + 1 >= rise ? rise + fall - 1 : health + 1;
  return health > rise ? health - 1 : 0;
}

/** True when neither more good nor more bad results could be told apart from what is known. */
export function isSettled(health: number, { rise, fall }: RiseAndFall): boolean {
  return health === 0 || health === rise + fall - 1;
}
