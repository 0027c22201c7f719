import type { StepDeclaration } from '../../config/declaration.js';
import type { Json } from '../../config/json.js';
import { done, todo, type CheckResult, type Converged, type Step, type StepContext } from '../role.js';
import type { HostKeyStage } from './host-target.js';
import type { ApplyOptions } from './apply-resources.js';
import type { ScriptMode } from './compile.js';
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
    /** What it changes could lock Socle out: it is checked over a new connection, which ends a timed restore. */
    confirms?: true;
  };

/**
 * A step that is nothing but the wanted state of a host: one script checks it, the same script applies it and checks what
 * it has changed.
 */
export function hostStep<Inputs extends Json>(step: HostStep<Inputs>): Step<Inputs> {
  const { resources, stage, timeoutMs, confirms = false, ...declaration } = step;
  const optionsOf = (mode: ScriptMode): ApplyOptions => ({
    mode,
    label: step.id,
    ...(stage === undefined ? {} : { stage }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const converge = async (context: StepContext<Inputs>): Promise<Converged> => {
    const { applyResources, changedResources, confirmResources } = await ssh();
    const wanted = await resources(context);
    const report = await applyResources(context, wanted, optionsOf(confirms ? 'apply' : 'converge'));
    const changes = changesOf(report.resources, 'changed');
    if (changes.length === 0 || !confirms) return { changes, after: checkResult(report.again) };
    const confirmed = await confirmResources(context, changedResources(wanted, report));
    return { changes, after: checkResult(confirmed.resources) };
  };
  return {
    on: 'each',
    profile: 'host',
    ...declaration,
    check: async (context) => {
      const { applyResources } = await ssh();
      const report = await applyResources(context, await resources(context), optionsOf('check'));
      return checkResult(report.resources);
    },
    apply: async (context) => (await converge(context)).changes,
    converge,
  };
}

/** Loaded late, so that planning loads no SSH. */
async function ssh() {
  return import('./apply-resources.js');
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
