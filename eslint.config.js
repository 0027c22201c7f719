import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import importX from 'eslint-plugin-import-x';

/** Who may import whom (docs/decisions/0001-layout.md): each folder lists the folders it must not reach. */
const folders = ['config', 'workflows', 'activities', 'worker', 'client', 'sandbox', 'laboratory', 'tools'];
const mayImport = {
  config: [],
  workflows: ['config'],
  activities: ['config'],
  client: ['config', 'activities', 'workflows', 'tools', 'worker', 'sandbox'],
  worker: ['config', 'workflows', 'activities', 'tools'],
  sandbox: ['config'],
  laboratory: ['config', 'sandbox'],
  tools: ['config'],
};

const boundaries = Object.entries(mayImport).map(([folder, allowed]) => ({
  files: [`${folder}/**/*.ts`],
  rules: {
    'import-x/no-restricted-paths': [
      'error',
      {
        zones: folders
          .filter((other) => other !== folder && !allowed.includes(other))
          .map((other) => ({
            target: `./${folder}`,
            from: `./${other}`,
            message: `${folder} must not import ${other}`,
          })),
      },
    ],
  },
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
      'import-x/resolver-next': [],
      'import-x/extensions': ['.ts', '.js'],
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
    files: ['test/**/*.ts', '*.config.ts', 'bench/**/*.ts'],
    rules: { 'import-x/no-default-export': 'off', 'max-lines': 'off' },
  },
  { files: ['**/*.js'], ...tseslint.configs.disableTypeChecked },
);
