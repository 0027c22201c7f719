import { doubledEffects } from './effects-once.js';
import type { Ground } from './place.js';

type Deployed = {
  ground: Ground;
  file: string;
  site: string;
  machines: readonly string[];
};

/** Looks at a deployment that has ended: each effect once, nothing to change the second time, nothing left by a removal. */
export async function afterTheDeployment(
  { ground, file, site, machines }: Deployed,
  report: { doubled: string[]; findings: string[] },
): Promise<void> {
  const { stack, journal } = ground;
  const { findings } = report;
  const effects = [...(await journal.read())];
  report.doubled = doubledEffects([...effects, ...(await ground.ownEffects(machines))]);
  findings.push(...report.doubled);
  const made = effects.filter(({ effect }) => effect === ground.made).map(({ subject }) => subject);
  for (const name of machines) if (!made.includes(name)) findings.push(`${name} was never made`);

  const again = await stack.socle('deploy', file, '--yes', '--on-failure', 'abort');
  if (again.code !== 0 || !again.stdout.includes('0 changes. Everything is as the plan says'))
    findings.push(`the second deployment ended with code ${again.code}: ${again.stdout.slice(-800)}`);
  for (const { effect, subject } of (await journal.read()).slice(effects.length))
    findings.push(`the second deployment brought about ${effect} on ${subject}`);

  const before = (await journal.read()).length;
  const removed = await stack.socle('remove', file, '--confirm', site, '--without-backup');
  if (removed.code !== 0)
    findings.push(`the removal ended with code ${removed.code}: ${removed.stdout.slice(-800)}`);
  for (const [kind, left] of Object.entries(await ground.leftovers()))
    if (left.length > 0) findings.push(`the removal left ${kind}: ${JSON.stringify(left)}`);
  const deleted = (await journal.read()).slice(before).filter(({ effect }) => effect === 'destroy');
  if (deleted.length !== machines.length)
    findings.push(`the removal deleted ${deleted.length} of ${machines.length} machines`);
}
