import { data, type Data, type Value } from './value.js';

/** A vim25 fault: answered with HTTP 500 by a method, or as the error of a task. */
export class Fault extends Error {
  readonly detail: Data;
  constructor(
    readonly fault: string,
    members: Readonly<Record<string, Value>> = {},
    message = '',
  ) {
    super(message);
    this.detail = data(fault, members);
  }
}
