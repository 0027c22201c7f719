import { ApiError, PermanentError } from '../../errors.js';
import { child, textAt, type XmlNode } from './xml-node.js';

/** Faults that the same request will meet again however often it is sent. */
const permanent = new Set([
  'InvalidRequest',
  'InvalidArgument',
  'InvalidName',
  'InvalidProperty',
  'InvalidType',
  'MethodNotFound',
  'NotSupported',
  'DuplicateName',
  'InvalidPowerState',
  'InvalidDeviceSpec',
  'InvalidDeviceOperation',
  'InvalidDatastore',
  'NoDiskSpace',
]);

/** vCenter refused a call, or a task ended in error. `fault` is the fault's type, `detail` its members. */
export class VimFault extends ApiError {
  constructor(
    readonly fault: string,
    readonly detail: XmlNode | undefined,
    method: string,
    message: string,
  ) {
    super('vSphere', method, '/sdk', 500, message, !permanent.has(fault));
  }
}

/**
 * The error for a fault: PermanentError where only a person can help, else VimFault.
 * @param fault the element that bears the fault's type and members
 * @param said the server's own words; cleaned by the caller of what it was sent in confidence
 */
export function faultError(method: string, fault: XmlNode | undefined, said: string): Error {
  const name = fault?.type ?? fault?.name.replace(/Fault$/, '') ?? 'UnknownFault';
  const words = [
    name,
    said === '' || said.endsWith(`.${name}`) ? undefined : said.slice(0, 300),
    about(fault),
  ];
  const message = words.filter((word) => word !== undefined).join(', ');
  if (name === 'InvalidLogin')
    return new PermanentError(
      'vSphere refused the login: user name or password is wrong. Check hypervisor.username and hypervisor.password',
    );
  if (name === 'NoPermission')
    return new PermanentError(
      `vSphere ${method}: the account lacks the privilege ${textAt(fault, 'privilegeId') ?? ''} on ${textAt(fault, 'object') ?? 'an object'}`,
    );
  return new VimFault(name, fault, method, message);
}

export function isFault(error: unknown, fault: string): error is VimFault {
  return error instanceof VimFault && error.fault === fault;
}

function about(fault: XmlNode | undefined): string | undefined {
  const members = ['invalidProperty', 'name', 'existingState', 'obj', 'reason', 'property']
    .map((member) => child(fault, member))
    .filter((member) => member !== undefined && member.text !== '')
    .map((member) => `${member?.name} ${member?.text}`);
  return members.length === 0 ? undefined : members.join(', ');
}
