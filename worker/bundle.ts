import { writeFile } from 'node:fs/promises';
import { bundlePath } from './bundle-path.js';
import { bundleWorkflows } from './workflow-bundle.js';

await writeFile(bundlePath, await bundleWorkflows());
