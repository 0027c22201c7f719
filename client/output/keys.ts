/** What the keys under a watched picture do now; `stopsDemo` when leaving would leave its parts running. */
export type KeyScreen = { mode: string; mayAnswer: boolean; stopsDemo: boolean };

/** The key line under a watched picture, 80 columns. */
export function renderKeys({ mode, mayAnswer, stopsDemo }: KeyScreen): string {
  const quit = stopsDemo ? 'stops the demo' : `${mode === 'apply' ? 'the deployment' : 'the run'} goes on`;
  return [...(mayAnswer ? ['[a]pprove', '[r]eject'] : []), '[d]etails', `[q]uit (${quit})`].join('  ');
}
