import { z } from 'zod';
import { groupNames, virtualAddressZones, zoneNames, type VirtualAddress } from './machine.js';
import { phaseNames, roleNames } from './phases.js';
import type { Plan } from './plan-types.js';
import { Site } from './site.js';
import type { JsonSchema } from './site-schema.js';

const stepSchema = z.strictObject({
  id: z.string().describe('Qualified within the role and permanent: `clone`, `remove.destroy`.'),
  title: z.string().describe("Reads as a sentence after the target's name."),
  on: z
    .enum(['each', 'first', 'rest', 'site'])
    .describe('On each target, on the first, on all but the first, or once for the site.'),
  profile: z
    .enum(['quick', 'host', 'packages', 'clone', 'wait'])
    .describe('Names the timeouts and retries of the step.'),
  parallel: z.int().exactOptional().describe('Targets worked on at once; absent means all.'),
  rolling: z.boolean().exactOptional().describe('One target after the other.'),
  ordered: z
    .boolean()
    .exactOptional()
    .describe('A rolling step that asks for the order of its targets first.'),
  queue: z.literal('hypervisor').exactOptional().describe("Runs on the hypervisor's own task queue."),
  after: z
    .array(z.string())
    .readonly()
    .exactOptional()
    .describe('Steps that must be done before this one can be checked.'),
  outlivesMachines: z
    .boolean()
    .exactOptional()
    .describe('A remove step still needed when the machines are deleted.'),
});

const preflightSchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  kind: z.enum(['site', 'role']).describe('`site` needs outside systems only, `role` needs the machines.'),
});

const roleSchema = z.strictObject({
  name: z.enum(roleNames),
  title: z.string(),
  available: z.boolean().describe('False: not in this version, shown and never run.'),
  groups: z.array(z.enum(groupNames)).describe("Groups whose machines are the role's targets."),
  needs: z.array(z.enum(roleNames)).describe('Roles of this plan that must be done first.'),
  inputs: z.json().describe("The role's options, with all defaults."),
  preflight: z.array(preflightSchema),
  steps: z.array(stepSchema),
  onlyTarget: z.string().exactOptional().describe('The one target of a day-2 operation.'),
});

const gateSchema = z.strictObject({
  approvals: z.int(),
  starterMayApprove: z.boolean(),
  expiresAfterSeconds: z.int().exactOptional().describe('Absent: never.'),
  onExpiry: z.enum(['rejected', 'approved']),
});

const machineSchema = z.strictObject({
  name: z.string(),
  group: z.enum(groupNames),
  zone: z.enum(zoneNames),
  address: z.ipv4(),
  sshPort: z.int(),
  vcpu: z.int(),
  memoryMiB: z.int(),
  disks: z.array(
    z.strictObject({
      name: z.enum(['system', 'rancher', 'longhorn', 'data']),
      sizeGiB: z.int(),
      mountPoint: z.string().exactOptional(),
    }),
  ),
  instanceUuid: z.uuid().describe("Chosen by Socle from the site's UUID and the machine's name."),
  template: z.string(),
  existingHostKey: z.string().exactOptional().describe('Only on machines that another team delivers.'),
});

const planSchema: z.ZodType<Plan> = z.strictObject({
  planVersion: z.literal(1),
  mode: z.enum(['apply', 'check', 'remove', 'operation']),
  site: Site,
  machines: z.array(machineSchema),
  virtualAddresses: z.array(
    z.strictObject({
      name: z.enum(Object.keys(virtualAddressZones) as VirtualAddress['name'][]),
      group: z.enum(groupNames),
      zone: z.enum(zoneNames),
      address: z.ipv4(),
    }),
  ),
  phases: z.array(
    z.strictObject({
      number: z.int(),
      name: z.enum(phaseNames),
      title: z.string(),
      gate: gateSchema.exactOptional().describe('The approval awaited before the phase.'),
      roles: z.array(roleSchema),
    }),
  ),
  assumed: z.array(roleSchema).describe('Left out by the selection, verified before anything is changed.'),
  prune: z
    .literal(true)
    .exactOptional()
    .describe("Removes the site's machines that are not in this plan; absent: they are only listed."),
});

/** JSON Schema (draft 2020-12) of what `socle plan --json` prints, for programs that read or review plans. */
export function planJsonSchema(): JsonSchema {
  const hash = z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe("SHA-256 of the plan's canonical JSON (RFC 8785).");
  const schema = z.toJSONSchema(z.strictObject({ hash, plan: planSchema }), {
    target: 'draft-2020-12',
    io: 'output',
    reused: 'ref',
  });
  return { title: 'Socle plan', ...schema } as JsonSchema;
}
