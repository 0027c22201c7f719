/** Section → key → value; keys before the first section are in the section ''. */
export type Ini = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Reads a file as go-ini does, with which Gogs reads app.ini: `#` and `;` begin a comment within a line too, quotes around
 * a value are taken off.
 * @throws Error for a line without `=`, and for what Gogs would expand and this does not: `$NAME` and `%(KEY)s`
 * @see https://ini.unknwon.io/docs/howto/work_with_values
 */
export function parseIni(text: string): Ini {
  const sections: Record<string, Record<string, string>> = { '': {} };
  let section = sections['']!;
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line === '' || /^[;#]/.test(line)) continue;
    const name = /^\[([^\]]+)\]/.exec(line)?.[1];
    if (name !== undefined) {
      section = sections[name] ??= {};
      continue;
    }
    const [, key, rest] = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(line) ?? [];
    if (key === undefined || rest === undefined)
      throw new Error(`key-value delimiter not found: ${line.slice(0, 20)}`);
    const value = valueOf(rest);
    if (/\$|%\(/.test(value)) throw new Error(`${key}: a value that is expanded is not simulated`);
    section[key] = value;
  }
  return sections;
}

function valueOf(text: string): string {
  const quoted = /^(["'`])(.*?)\1/.exec(text)?.[2];
  return quoted ?? text.replace(/[#;].*$/, '').trim();
}

/** What go-ini takes for true and false. @returns the default for anything else */
export function booleanOf(value: string | undefined, otherwise: boolean): boolean {
  if (/^(1|t|true|yes|y|on)$/i.test(value ?? '')) return true;
  if (/^(0|f|false|no|n|off)$/i.test(value ?? '')) return false;
  return otherwise;
}
