import { z } from 'zod';
import type { Fault, Faults } from './runtime.js';

const ArmedFault = z.strictObject({
  system: z.string(),
  operation: z.string(),
  subject: z.string().optional(),
  kind: z.enum(['error', 'reset', 'lost-answer', 'slow', 'session-expired', 'wrong-host-key']),
  argument: z.union([z.string(), z.number()]).optional(),
  times: z.int().positive().default(1),
});

export type FaultBook = Faults & {
  /** Arms a fault as the control API got it. @throws ZodError when it is not one. */
  arm: (fault: unknown) => void;
  /** What was armed and has not struck yet. */
  armed: () => readonly Fault[];
  disarm: () => void;
};

/** Keeps the faults that are armed and counts them down, first armed first taken. */
export function createFaults(): FaultBook {
  const armed: Fault[] = [];
  return {
    arm: (fault) => {
      const { subject, argument, ...rest } = ArmedFault.parse(fault);
      armed.push({
        ...rest,
        ...(subject !== undefined && { subject }),
        ...(argument !== undefined && { argument }),
      });
    },
    armed: () => armed,
    disarm: () => void armed.splice(0),
    take: (system, operation, subject) => {
      const index = armed.findIndex(
        (fault) =>
          fault.system === system &&
          fault.operation === operation &&
          (fault.subject === undefined || fault.subject === subject),
      );
      const fault = armed[index];
      if (!fault) return undefined;
      fault.times -= 1;
      if (fault.times === 0) armed.splice(index, 1);
      return { ...fault };
    },
  };
}
