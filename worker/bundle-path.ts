import { fileURLToPath } from 'node:url';

/** The workflow bundle that `npm run build` writes beside the compiled worker. */
export const bundlePath = fileURLToPath(new URL('./workflow-bundle.cjs', import.meta.url));
