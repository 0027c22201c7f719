/** What a worker registers. */
export { deploymentWorkflow } from './deployment.js';
export { phaseWorkflow } from './phase.js';
