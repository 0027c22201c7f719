import { dirname } from 'node:path';
import type { Host } from '../../../clients/ssh/open-host.js';
import { quote } from '../../../host/quote.js';
import type { StepContext } from '../../../role.js';
import type { InitialisationPlace, InitialisationRecord } from './initialise-once.js';
import { paths, vaultUnitName } from './server-settings.js';

/** The first line says the state, `asked ATTEMPT` or `kept`; after `kept` comes what was kept. */
const library = (file: string, lock: string): string => `file=${quote(file)}
state() { head -n 1 "$file" 2>/dev/null || :; }
put() {
  (umask 077 && cat >"$file.new")
  sync "$file.new"
  mv -f "$file.new" "$file"
  sync -f "$file"
}
mkdir -p ${quote(dirname(lock))}
exec 9>${quote(lock)}
flock -w 60 9
`;

export type RecordPlace = { file: string; lock: string };
const onMachine: RecordPlace = { file: paths.initialisation, lock: '/run/socle/vault-initialisation.lock' };

/** The record of the initialisation on one machine's disk, beside Vault's storage. */
export function initialisationPlace(
  host: Host,
  { signal, secrets }: Pick<StepContext, 'signal' | 'secrets'>,
  { file, lock } = onMachine,
): InitialisationPlace & { copy: (kept: string) => Promise<void> } {
  const run = async (script: string, label: string): Promise<string> => {
    const options = { signal, redact: secrets.redact, label };
    return (await host.run(`main() {\nset -eu\n${library(file, lock)}${script}}\nmain\n`, options)).stdout;
  };
  const done = async (script: string, label: string): Promise<boolean> =>
    (await run(script, label)).trim() === 'done';
  return {
    read: async () => recordOf(await run('cat "$file" 2>/dev/null || :\n', 'read the initialisation')),
    ask: (attempt) =>
      done(
        `if [ "$(state)" = kept ]; then return 0; fi
put <<'END'
asked ${attempt}
END
echo done
`,
        'note that Vault is asked to initialise itself',
      ),
    keep: (attempt, kept) =>
      done(
        `if [ "$(state)" != ${quote(`asked ${attempt}`)} ]; then return 0; fi
put <<'END'
kept
${kept}
END
echo done
`,
        'keep the initialisation',
      ),
    empty: (attempt) =>
      done(
        `if [ "$(state)" != ${quote(`asked ${attempt}`)} ]; then return 0; fi
systemctl stop ${vaultUnitName}
rm -rf ${paths.storage}/*
systemctl start ${vaultUnitName}
echo done
`,
        'empty a Vault that nobody has the shares of',
      ),
    /** Keeps what another machine has kept. */
    copy: async (kept) => {
      await run(`put <<'END'\nkept\n${kept}\nEND\n`, 'keep a copy of the initialisation');
    },
  };
}

export function recordOf(text: string): InitialisationRecord {
  const [state = '', ...rest] = text.trimEnd().split('\n');
  if (state === 'kept') return { state: 'kept', kept: rest.join('\n') };
  const attempt = /^asked (\S+)$/.exec(state)?.[1];
  return attempt === undefined ? { state: 'none' } : { state: 'asked', attempt };
}
