import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import importX, { createNodeResolver } from 'eslint-plugin-import-x';

/** Who may import whom (docs/decisions/0001-layout.md): each folder lists the folders it must not reach. */
const folders = ['config', 'workflows', 'activities', 'worker', 'client', 'sandbox', 'laboratory', 'tools'];
const mayImport = {
  config: [],
  workflows: ['config'],
  activities: ['config'],
  client: ['config', 'activities', 'workflows', 'tools', 'sandbox', 'laboratory'],
  worker: ['config', 'workflows', 'activities', 'tools'],
  sandbox: ['config'],
  laboratory: ['config', 'sandbox', 'tools'],
  tools: ['config'],
};

/** Of a folder that another may reach, the files that it may reach there; all of them when nothing is said. */
const only = { client: { activities: ['./roles/index.ts', './registry.ts', './clients/registry'] } };

function zonesOf(folder, allowed) {
  return folders
    .filter((other) => other !== folder)
    .flatMap((other) => {
      const files = only[folder]?.[other];
      if (allowed.includes(other) && !files) return [];
      const message = files
        ? `${folder} takes of ${other} only ${files.join(' and ')}`
        : `${folder} must not import ${other}`;
      return [{ target: `./${folder}`, from: `./${other}`, message, ...(files && { except: files }) }];
    });
}

const pathsRule = (folder, allowed) => ({
  'import-x/no-restricted-paths': ['error', { zones: zonesOf(folder, allowed) }],
});

const boundaries = Object.entries(mayImport).map(([folder, allowed]) => ({
  files: [`${folder}/**/*.ts`],
  rules: pathsRule(folder, allowed),
}));

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'coverage', 'test/replay/histories', '**/*.mjs'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    files: ['**/*.ts'],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: {
      // Imports name the compiled file; without the alias nothing resolves and no boundary is ever reported.
      'import-x/resolver-next': [createNodeResolver({ extensionAlias: { '.js': ['.ts', '.js'] } })],
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'import-x/no-default-export': 'error',
      'max-lines': ['error', { max: 260, skipBlankLines: true, skipComments: true }],
    },
  },
  ...boundaries,
  {
    // Workflow code is replayed: it may take types from config, nothing that reads a clock, a file or the network.
    files: ['workflows/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['../config/*'],
              allowTypeImports: true,
              message: 'workflows take only types from config',
            },
          ],
        },
      ],
    },
  },
  {
    // The client starts and asks runs; what they do is the worker's. Types cost nothing and may come from all workflows.
    files: ['client/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '/workflows/(?!messages\\.js$)',
              allowTypeImports: true,
              message: 'client takes of workflows only types, and messages.js',
            },
            { regex: '/worker/', message: 'client loads the worker only when it is to become one: import()' },
          ],
        },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ImportExpression[source.value=/\\/workflows\\/(?!messages\\.js$)/]',
          message: 'client takes of workflows only types, and messages.js',
        },
      ],
    },
  },
  {
    // `socle worker` becomes a worker; its bundle and SDK load only then.
    files: ['client/commands/worker.ts'],
    rules: pathsRule('client', [...mayImport.client, 'worker']),
  },
  {
    // Shares and root tokens go from a person straight to Vault, past Temporal and its workers.
    files: ['client/commands/vault.ts'],
    rules: {
      'import-x/no-restricted-paths': ['error', { zones: [{ target: './client', from: './worker' }] }],
    },
  },
  {
    files: ['test/**/*.ts', '*.config.ts', 'bench/**/*.ts'],
    rules: { 'import-x/no-default-export': 'off', 'max-lines': 'off' },
  },
  { files: ['**/*.js'], ...tseslint.configs.disableTypeChecked },
);
