import type { StepDeclaration } from '../../config/declaration.js';
import type { Json } from '../../config/json.js';
import { done, todo, type CheckResult, type Step, type StepContext } from '../role.js';
import type { HostKeyStage } from './host-target.js';
import type { ResourceReport } from './report.js';
import type { Resource } from './resource.js';

export type HostStep<Inputs extends Json> = Omit<StepDeclaration, 'on' | 'profile'> &
  Partial<Pick<StepDeclaration, 'on' | 'profile'>> & {
    /** The host's state as this step wants it; resolves secrets where it needs them. */
    resources: (context: StepContext<Inputs>) => Promise<readonly Resource[]> | readonly Resource[];
    /** Which host keys are accepted; `final` when absent. */
    stage?: HostKeyStage;
    /** For the whole script; 10 minutes when absent. */
    timeoutMs?: number;
    /** After apply, over the same or a new connection; what it throws fails the step. */
    afterApply?: (context: StepContext<Inputs>) => Promise<void>;
  };

/** A step that is nothing but the wanted state of a host: one script checks it, the same script applies it. */
export function hostStep<Inputs extends Json>(step: HostStep<Inputs>): Step<Inputs> {
  const { resources, stage, timeoutMs, afterApply, ...declaration } = step;
  const run = async (context: StepContext<Inputs>, mode: 'check' | 'apply'): Promise<ResourceReport[]> => {
    // Loaded here, so that planning loads no SSH.
    const { applyResources } = await import('./apply-resources.js');
    return applyResources(context, await resources(context), {
      mode,
      label: step.id,
      ...(stage === undefined ? {} : { stage }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  };
  return {
    on: 'each',
    profile: 'host',
    ...declaration,
    check: async (context) => checkResult(await run(context, 'check')),
    compares: true,
    apply: async (context) => {
      const changes = changesOf(await run(context, 'apply'), 'changed');
      if (changes.length > 0) await afterApply?.(context);
      return changes;
    },
  };
}

export function checkResult(reports: readonly ResourceReport[]): CheckResult {
  const changes = changesOf(reports, 'todo');
  if (changes.length === 0) return done;
  const count = reports.filter(({ state }) => state === 'todo').length;
  return todo(`${count} of ${reports.length} resources differ`, changes);
}

/** One short line for each resource in this state. */
export function changesOf(reports: readonly ResourceReport[], state: ResourceReport['state']): string[] {
  return reports
    .filter((report) => report.state === state)
    .map(({ resource, diff }) =>
      diff.length === 0 ? resource : `${resource}: ${shortened(diff, resource)}`,
    );
}

const shownLines = 4;

function shortened(diff: readonly string[], resource: string): string {
  const path = resource.replace(/^[a-z ]+ /, '');
  const lines = diff.map((line) => line.replace(`${path}: `, ''));
  const more = lines.length > shownLines ? [`and ${lines.length - shownLines} more`] : [];
  return [...lines.slice(0, shownLines), ...more].join('; ').slice(0, 240);
}
