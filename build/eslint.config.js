import { join } from 'node:path';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/**
 * What a linter can see and types and layers cannot. Format is biome's. Rules are few, and each failed somebody before:
 * a promise that nobody waits for, an effect with stale values, a union with a forgotten member.
 */
const root = join(import.meta.dirname, '..');

const NO_DEFAULT_EXPORT = {
  selector: 'ExportDefaultDeclaration',
  message: 'No default exports: a thing has one name everywhere.',
};
const NO_ON_METHOD = {
  selector: 'MethodDefinition[key.name=/^on[A-Z]/]',
  message: 'Methods are named handleX; onDidX is the name of an event.',
};
const NO_SYNC_IO = {
  selector:
    'CallExpression[callee.name=/^(read|write|append|exists|stat|lstat|mkdir|rm|rename|open|close|readdir|unlink|copyFile|spawn|exec|execFile|fsync|fdatasync|ftruncate|chmod|access|realpath|mkdtemp)(File|dir)?Sync$/]',
  message: 'No blocking calls: everything else in this process waits meanwhile.',
};
const NO_NEW_API = {
  selector:
    'MemberExpression[object.name="URL"][property.name=/^(canParse|parse)$/], MemberExpression[object.name="AbortSignal"][property.name="any"]',
  message: 'The types know it, the oldest runtime (Chromium 114, Node 18.15) does not.',
};

export default tseslint.config(
  {
    ignores: ['dist/**', 'node_modules/**', 'examples/**', 'build/**/*.mjs', 'test/fixtures/**'],
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { project: [join(root, 'tsconfig.json')], tsconfigRootDir: root } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/only-throw-error': 'error',
      'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT, NO_ON_METHOD, NO_NEW_API],
      'no-console': 'error',
      'no-debugger': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['renderer/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },
  {
    files: ['electron/server/**/*.ts', 'electron/desktop/**/*.ts', 'electron/main.ts', 'electron/preload.ts'],
    // /proc is memory, not a disk; asking it in one go is what makes pid and start time belong together.
    ignores: ['electron/server/host/processIdentity.ts', 'electron/server/host/procNow.ts'],
    rules: { 'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT, NO_ON_METHOD, NO_NEW_API, NO_SYNC_IO] },
  },
  {
    files: ['shared/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        'process',
        'Buffer',
        'document',
        'window',
        'localStorage',
        'global',
        '__dirname',
        'require',
      ],
    },
  },
  {
    // It is shared with services, which are programs of Node.
    files: ['shared/sdk/**/*.ts'],
    rules: { 'no-restricted-globals': 'off' },
  },
  {
    // Where there is no log to write to, the console of the page or the test is the right place.
    files: ['renderer/app/ErrorBoundary.tsx', 'test/**'],
    rules: { 'no-console': 'off' },
  },
  {
    // Vite and vitest read their configuration from a default export.
    files: ['vitest.config.ts', 'build/*.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    // They begin with a directive that switches all rules off, whether one would complain or not.
    files: ['shared/contract/gen/**/*.ts'],
    linterOptions: { reportUnusedDisableDirectives: 'off' },
  },
);
