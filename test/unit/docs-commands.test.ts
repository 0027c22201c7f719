import { readdirSync, readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { commands } from '../../client/commands/index.js';

const files = [
  'README.md',
  ...readdirSync('docs').filter((name) => name.endsWith('.md') && name !== 'cli.md'),
];
const pathOf = (name: string): string => (name === 'README.md' ? name : `docs/${name}`);

/** Every `socle …` in code, inline or after a prompt; comments, placeholders for more and surrounding words cut off. */
function commandLines(text: string): string[] {
  const inline = [...text.matchAll(/`(?:npx )?(socle [^`]+)`/g)].map(([, line]) => line!);
  const typed = [...text.matchAll(/^(?:\$ )?(?:npx )?(socle [a-z].*)$/gm)].map(([, line]) => line!);
  return [...inline, ...typed].map((line) =>
    line
      .replace(/\s+#.*$/, '')
      .replace(/\s*[>|].*$/, '')
      .replaceAll(/"…"|…/g, '')
      .trim(),
  );
}

/** What the command line says to it; undefined when it would run. Too few words are a way of speaking, not a mistake. */
function complaint(line: string): string | undefined {
  const program = new Command('socle')
    .exitOverride()
    .configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  for (const command of commands()) program.addCommand(idle(command));
  try {
    program.parse(line.split(/\s+/).slice(1), { from: 'user' });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const fine = ['commander.missingArgument', 'commander.helpDisplayed', 'commander.optionMissingArgument'];
    return fine.includes(error.code) ? undefined : error.message;
  }
}

/** The command, and all below it, made to do nothing. */
function idle(command: Command): Command {
  for (const below of command.commands) idle(below);
  return command
    .exitOverride()
    .configureOutput({ writeErr: () => undefined, writeOut: () => undefined })
    .action(() => undefined);
}

test.each(files)('every command in %s is one that the command line takes', (name) => {
  const lines = commandLines(readFileSync(pathOf(name), 'utf8'));
  expect(lines.map((line) => [line, complaint(line)]).filter(([, said]) => said !== undefined)).toEqual([]);
});

test('commands are found in the documents, and a wrong one would be too', () => {
  const all = files.flatMap((name) => commandLines(readFileSync(pathOf(name), 'utf8')));
  expect(all.length).toBeGreaterThan(20);
  expect(all).toContain('socle deploy site.yaml --dry-run');
  expect(complaint('socle deploy site.yaml --dry')).toMatch(/unknown option/);
  expect(complaint('socle destroy site.yaml')).toMatch(/unknown command|too many arguments/);
});
