import { moment } from './text.js';

/** Said while the server is away; `sinceMs` is when it answered last. */
export function renderOutage(sinceMs: number, now: number): string {
  return `The Temporal server does not answer since ${moment(sinceMs, now)}; nothing is lost, this goes on when it does`;
}
