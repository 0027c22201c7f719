import { Option } from 'commander';

/** `--on-failure`: what a person may choose; a run that goes on after a failure is for scheduled backups alone. */
export function onFailureOption(description: string): Option {
  return new Option('--on-failure <what>', description).choices(['wait', 'abort']);
}
