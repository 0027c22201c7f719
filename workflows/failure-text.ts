import { ActivityFailure, ChildWorkflowFailure, TimeoutFailure } from '@temporalio/workflow';

/** Of one machine of many: outcomes of large phases must fit into a memo. */
const longestOfMachine = 1_000;

/** Of the whole site, such as all pairs that the network blocks. */
const longestOfSite = 8_000;

/** What a person is told of a failed step: the step's own words, cut where they are too many to be kept. */
export function failureText(error: unknown, ofSite = false): string {
  const text = describe(error);
  const longest = ofSite ? longestOfSite : longestOfMachine;
  return text.length > longest ? `${text.slice(0, longest - 2)} …` : text;
}

function describe(error: unknown): string {
  if (error instanceof ActivityFailure || error instanceof ChildWorkflowFailure)
    return describe(error.cause ?? new Error(error.message));
  if (error instanceof TimeoutFailure) return `no end within the time allowed (${error.timeoutType})`;
  return error instanceof Error ? error.message : String(error);
}
