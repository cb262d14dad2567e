/**
 * What may import what, for dependency-cruiser; the table of ARCHITECTURE.md as rules. The folders of the server have
 * ranks: a folder imports itself and lower ranks, and meets its neighbours through an interface that the consumer
 * declares and server.ts wires.
 */
const ranks = [
  ['base'],
  ['host'],
  [
    'config',
    'store',
    'logs',
    'traces',
    'auth',
    'events',
    'project',
    'settings',
    'terminals',
    'environments',
    'uploads',
  ],
  ['registry', 'deploy'],
  ['runtime', 'traffic'],
  ['gateway', 'proxy', 'calls', 'placement'],
  ['api'],
];

const rankRules = ranks.flatMap((names, rank) => {
  const lower = ranks.slice(0, rank).flat();
  return names.map((name) => ({
    name: `server-rank-${name}`,
    comment: `electron/server/${name} may import itself and: ${lower.join(', ') || 'nothing'}.`,
    severity: 'error',
    from: { path: `^electron/server/${name}/` },
    to: { path: '^electron/server/', pathNot: `^electron/server/(${[name, ...lower].join('|')})/` },
  }));
});

/**
 * What hosts of the server may import: its front door, how to find one that runs already, where the file of the SDK is, files
 * that survive damage, how a command is found on Windows, and the export of a project, which needs no server.
 */
const FRONT_DOORS =
  '^electron/server/(index|findServer|serverFile|bundledSdk|deploy/exportProject|host/jsonFile|host/windowsCommand|environments/\\w+)[.]ts$';

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    rule('no-circular', 'A circle has no order in which to read it.', {}, { circular: true }),
    rule('resolvable', 'The import leads nowhere.', {}, { couldNotResolve: true }),
    rule(
      'nothing-imports-tests',
      'Tests import the product, never the reverse.',
      { pathNot: '^test/' },
      { path: '^test/' },
    ),
    rule(
      'nothing-imports-examples',
      'Samples are programs of their own.',
      { pathNot: '^(examples|test)/' },
      { path: '^examples/' },
    ),
    rule(
      'nothing-imports-build',
      'Scripts make the product; they are no part of it.',
      { pathNot: '^(build|test)/' },
      { path: '^build/' },
    ),
    rule(
      'headless-never-reaches-electron',
      'Server, command line and shared code start where Electron is not installed.',
      { path: '^(electron/(server|cli)|shared|examples)/' },
      { path: '^electron/(desktop/|main[.]ts|preload[.]ts)|(^|/)node_modules/electron/', reachable: true },
    ),
    rule(
      'electron-only-in-desktop',
      'One folder knows Electron.',
      { pathNot: '^electron/(desktop/|main[.]ts|preload[.]ts)|^(build|test)/' },
      { path: '(^|/)node_modules/electron/' },
    ),
    rule(
      'server-front-door',
      'Hosts use the server through its front door.',
      { path: '^electron/(?!server/)' },
      {
        path: '^electron/server/',
        pathNot: FRONT_DOORS,
      },
    ),
    rule(
      'server-imports',
      'The server knows the contract and pure helpers.',
      { path: '^electron/server/' },
      {
        path: '^(renderer|examples)/|^electron/(desktop|cli)/|^electron/(main|preload)[.]ts|^shared/(sdk|client)/',
      },
    ),
    rule(
      'server-parts-do-not-know-the-whole',
      'Only the front door imports server.ts.',
      {
        path: '^electron/server/',
        pathNot: '^electron/server/index[.]ts$',
      },
      { path: '^electron/server/(server|index)[.]ts$' },
    ),
    rule(
      'hosts-are-siblings',
      'The desktop app and the command line are two hosts of one server.',
      {
        path: '^electron/(desktop/|main[.]ts|preload[.]ts)',
      },
      { path: '^electron/cli/' },
    ),
    rule(
      'cli-is-no-desktop',
      'The command line works without a window.',
      { path: '^electron/cli/' },
      {
        path: '^electron/(desktop/|main[.]ts|preload[.]ts)',
      },
    ),
    rule(
      'preload-is-thin',
      'A sandboxed preload script is one file that knows the contract.',
      {
        path: '^electron/preload[.]ts$',
      },
      { path: '^(renderer|electron)/|^shared/(sdk|lib|client)/' },
    ),
    rule(
      'node-never-imports-renderer',
      'What runs in Node knows no page.',
      { path: '^electron/' },
      { path: '^renderer/' },
    ),
    rule('renderer-is-a-browser', 'The page has no Node.', { path: '^renderer/' }, { dependencyTypes: ['core'] }),
    rule(
      'renderer-sees-shared-only',
      'The page knows the contract, the client and pure helpers.',
      { path: '^renderer/' },
      {
        path: '^electron/|^shared/sdk/',
      },
    ),
    rule(
      'renderer-ui',
      'Components without state know nothing else.',
      { path: '^renderer/ui/' },
      { path: '^renderer/(?!ui/)' },
    ),
    rule(
      'renderer-client',
      'The way to the server stands below everything.',
      { path: '^renderer/client/' },
      {
        path: '^renderer/(?!client/)',
      },
    ),
    rule(
      'renderer-state',
      'State has no looks.',
      { path: '^renderer/state/' },
      { path: '^renderer/(app|features|ui)/' },
    ),
    rule(
      'features-are-strangers',
      'Features meet in state and app.',
      { path: '^renderer/features/([^/]+)/' },
      {
        path: '^renderer/features/',
        pathNot: '^renderer/features/$1/',
      },
    ),
    rule(
      'features-under-app',
      'The frame knows features, not the reverse.',
      { path: '^renderer/features/' },
      { path: '^renderer/app/' },
    ),
    rule(
      'contract-is-pure',
      'The contract has no behaviour of others in it.',
      { path: '^shared/contract/' },
      {
        pathNot: '^shared/contract/|(^|/)node_modules/(zod|@bufbuild/protobuf)/',
      },
    ),
    rule(
      'lib-is-pure',
      'Helpers know the contract and each other.',
      { path: '^shared/lib/' },
      {
        path: '^shared/(?!lib/|contract/)',
      },
    ),
    rule(
      'shared-is-browser-safe',
      'Both sides load it.',
      { path: '^shared/(contract|lib|client)/' },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'shared-is-the-bottom',
      'Shared code imports no side.',
      { path: '^shared/' },
      { path: '^(electron|renderer)/' },
    ),
    rule(
      'client-and-sdk-are-siblings',
      'Two ways to the server, each on its own.',
      { path: '^shared/(client|sdk)/' },
      {
        path: '^shared/(client|sdk)/',
        pathNot: '^shared/$1/',
      },
    ),
    rule(
      'sdk-is-a-library',
      'What services import is one file made of the contract and four packages.',
      { path: '^shared/sdk/' },
      {
        pathNot:
          '^shared/(sdk|contract|lib)/|(^|/)node_modules/(zod|@bufbuild/protobuf|@connectrpc/connect|@connectrpc/connect-node)/',
        dependencyTypesNot: ['core'],
      },
    ),
    rule(
      'sdk-is-for-services',
      'The product does not build on what it hands out.',
      { pathNot: '^(shared/sdk|examples|test)/' },
      { path: '^shared/sdk/' },
    ),
    rule(
      'examples-stand-alone',
      'A sample imports what any service could.',
      { path: '^examples/' },
      {
        path: '^(electron|renderer|test)/|^shared/(?!sdk/)',
      },
    ),
    ...rankRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^shared/contract/gen/.*[.]js$' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.d.ts', '.mjs', '.js', '.cjs', '.css', '.json', '.svg', '.woff2'],
    },
  },
};
