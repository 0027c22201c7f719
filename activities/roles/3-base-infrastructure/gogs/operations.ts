import { restoreStep, saveStep, type RoleData } from '../../../backup/operations.js';
import { runOn } from '../../../host/run-on.js';
import type { StepContext } from '../../../role.js';
import { activeMachine } from './active.js';
import { administratorStep } from './administrator.js';
import { copyLibrary } from './copy.js';
import { platformStep } from './platform.js';
import { runningStep } from './running.js';
import { takeOverStep } from './take-over.js';
import { gogsUnitName } from './settings.js';

const role = 'install-gogs';

/** All users, rights and repositories, as they are on the machine that serves. */
const data: RoleData = {
  role,
  thing: 'copy',
  read: async (context) => {
    const script = withFile('if pack "$copy" && base64 "$copy"; then status=0; fi');
    return Buffer.from(await onActive(context, script, 'copy Gogs'), 'base64');
  },
  replace: async (context, content) => {
    const lines = content.toString('base64').replace(/.{76}/g, '$&\n');
    const script = withFile(`base64 -d >"$copy" <<'END'
${lines}
END
unpack "$copy"
systemctl start ${gogsUnitName}
status=0`);
    await onActive(context, script, 'restore Gogs');
  },
};

/** Shell with a file of its own, `$copy`; what it does sets `status` to 0 when it went well. */
function withFile(work: string): string {
  return `copy=$(mktemp)
status=1
${work}
rm -f "$copy"
exit $status
`;
}

export const gogsOperations = {
  backup: { title: 'Save a copy of Gogs at the backup target', steps: [saveStep(data)] },
  restore: {
    title: 'Put the newest copy in place of all that Gogs holds',
    steps: [
      restoreStep(data),
      { ...runningStep, after: [`${role}.restore.copy`] },
      { ...administratorStep, after: [`${role}.restore.running`] },
      { ...platformStep, after: [`${role}.restore.administrator`] },
    ],
  },
  'take-over': {
    title: 'Serve Gogs from the machine that stands by',
    steps: [
      takeOverStep,
      { ...administratorStep, after: [`${role}.take-over.switch`] },
      { ...platformStep, after: [`${role}.take-over.administrator`] },
    ],
  },
};

async function onActive(context: StepContext, script: string, label: string): Promise<string> {
  return runOn(context, await activeMachine(context), `set -eu\n${copyLibrary}${script}`, label);
}
