// Owns the dependency rule: who may import whom. `npm run check` runs it over every part.
// Always holds: each rule forbids; what no rule forbids is allowed. A type-only import counts, unless a rule says otherwise.
// It must never learn exceptions by file: a new exception is a change to the design.

const parts = ['shared', 'main', 'preload', 'renderer', 'server', 'admin', 'testing', 'e2e', 'bench', 'build']
const test = '[.]test[.]tsx?$'
/** What every module of main/ may call: the log, the profile folder's layout, Argon2id. They import nothing of ours. */
const foundation = '^main/(log[.]ts$|(profile|passphrase)/)'
/** A thread of its own: app.ts cannot hand it functions, so the file it starts with joins what it needs. */
const workerEntry = '[.]worker[.]ts$'
const mainEntries = '^main/(electron-entry|node-entry)[.]ts$|^main/shell/'
/** The one file that all of main/ may import: words for a log line. A rule below keeps it a leaf. */
const log = '^main/log[.]ts$'
const pureFiles = '^main/(session/machine|wipe/(plan|conversation-plan|window)|search/(query|fold|variants))[.]ts$'

/** @param {string[]} names */
const folders = (names) => `^(${names.join('|')})/`

/** @param {string} part @param {string[]} allowed */
const otherThan = (part, allowed) => folders(parts.filter((name) => name !== part && !allowed.includes(name)))

const partRules = [
  { part: 'shared', allowed: [] },
  { part: 'main', allowed: ['shared'] },
  { part: 'preload', allowed: ['shared'] },
  { part: 'renderer', allowed: ['shared'] },
  { part: 'server', allowed: ['shared'] },
  { part: 'admin', allowed: ['shared'] },
].flatMap(({ part, allowed }) => [
  {
    name: `${part}-imports-only-${['own', ...allowed].join('-and-')}`,
    comment: `${part}/ may import ${allowed.join(', ') || 'nothing of ours'} beside its own files.`,
    severity: 'error',
    from: { path: `^${part}/`, pathNot: test },
    to: { path: otherThan(part, allowed) },
  },
  {
    name: `${part}-tests-import-only-own-and-testing`,
    comment: `Tests of ${part}/ may also import testing/, still no other part.`,
    severity: 'error',
    from: { path: `^${part}/.*${test}` },
    to: { path: otherThan(part, [...allowed, 'testing']) },
  },
])

export default {
  forbidden: [
    ...partRules,
    {
      name: 'tests-stay-out-of-the-product',
      comment: 'Nothing but a test imports a test.',
      severity: 'error',
      from: { pathNot: test },
      to: { path: test },
    },
    {
      name: 'no-circular',
      comment: 'A cycle makes two modules one. Types alone may refer to each other.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'only-app-joins-main',
      comment: "A module of main/ may import another's types only; app.ts joins them, and in a worker its entry.",
      severity: 'error',
      from: { path: '^main/([^/]+)/', pathNot: `${test}|^main/shell/|${workerEntry}` },
      to: { path: '^main/', pathNot: `^main/$1/|${foundation}`, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-app-joins-main-at-its-root',
      comment: 'A file at the root of main/ is no second app.ts.',
      severity: 'error',
      from: { path: '^main/[^/]+[.]ts$', pathNot: `^main/(app|electron-entry|node-entry)[.]ts$|${test}` },
      to: { path: '^main/[^/]+/', pathNot: foundation, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'log-is-a-leaf',
      comment: 'What everybody imports may import nobody.',
      severity: 'error',
      from: { path: log },
      to: { path: '^main/' },
    },
    {
      name: 'shell-joins-through-app',
      comment: 'A host may start the app, and names no module behind it.',
      severity: 'error',
      from: { path: '^main/shell/', pathNot: test },
      to: {
        path: '^main/',
        pathNot: `^main/shell/|^main/app[.]ts$|^main/passphrase/|${log}`,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'entries-reach-only-app-and-shell',
      comment: 'An entry picks a host and starts the app.',
      severity: 'error',
      from: { path: '^main/(electron-entry|node-entry)[.]ts$' },
      to: { path: '^main/[^/]+/', pathNot: '^main/shell/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'app-is-started-by-entries-only',
      comment: 'Only the entries, the shells and tests may import app.ts.',
      severity: 'error',
      from: { path: '^main/', pathNot: `${mainEntries}|${test}` },
      to: { path: '^main/app[.]ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'app-imports-no-shell',
      comment: 'The app never knows its host: it sees the port, as types.',
      severity: 'error',
      from: { path: '^main/app[.]ts$' },
      to: { path: '^main/(shell/|electron-entry|node-entry)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'electron-stays-in-its-shell',
      comment: 'electron is imported in main/shell/electron.ts, the Electron entry and preload/ alone.',
      severity: 'error',
      from: { pathNot: '^main/shell/electron[.]ts$|^main/electron-entry[.]ts$|^(preload|testing|e2e|bench|build)/' },
      to: { path: '^electron$|node_modules/electron/' },
    },
    {
      name: 'pure-files-are-pure',
      comment: 'A pure file imports shared/, other pure files and types; no Node, no package, no other module.',
      severity: 'error',
      from: { path: pureFiles },
      to: { pathNot: ['^shared/', pureFiles], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pure-files-know-no-platform',
      comment: 'Not even a type of Node or of a package in a pure file.',
      severity: 'error',
      from: { path: pureFiles },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev'] },
    },
    {
      name: 'node-stays-out-of-shared-and-pages',
      comment: 'shared/, preload/ and renderer/ run where there is no Node.',
      severity: 'error',
      from: { path: '^(shared|preload|renderer)/', pathNot: test },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-development-package-in-the-product',
      comment: 'What the product needs at run time is a dependency, not a development tool.',
      severity: 'error',
      from: {
        path: folders(['shared', 'main', 'preload', 'renderer', 'server', 'admin']),
        pathNot: `${test}|/test-[a-z-]+[.]ts$|^main/shell/chromium`,
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/electron/' },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^electron$' },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(node_modules/.cache|dist|release)/' },
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.d.ts'],
    },
    cache: false,
  },
}
