// Owns the table of everything the client writes to disk: what it is, what seals it, and when it is erased.
// Always holds: a file in a profile matches one row, else persisted.test.ts and the end-to-end walk fail; a wipe removes
// every row but those marked 'never', and the device key last of all, once its receipt has been acknowledged.

export type EraseOn =
  /** Gone with a wipe, first of all: without it nothing else can be read. */
  | 'wipe-first'
  | 'wipe'
  /** Gone once the organisation has acknowledged the receipt. */
  | 'wipe-acknowledged'
  | 'never'

export interface Persisted {
  /** Below the profile folder; a trailing '/' stands for a folder and all in it. Outside it: the witness (vault/witness.ts). */
  readonly path: string
  readonly what: string
  readonly sealedBy: string
  readonly eraseOn: EraseOn
}

export const persisted: readonly Persisted[] = [
  {
    path: 'vault/local.sealed',
    what: 'local half of the root key; wrong tries of the passphrase',
    sealedBy: 'OS key store, and the passphrase where one is set',
    eraseOn: 'wipe-first',
  },
  {
    path: 'vault/lease.sealed',
    what: 'server half of the root key and its term, the half before it, how far the cache is',
    sealedBy: 'OS key store',
    eraseOn: 'wipe-first',
  },
  {
    path: 'vault/device.sealed',
    what: 'device key, ids, pinned keys, order counter, whether it is signed out',
    sealedBy: 'OS key store',
    eraseOn: 'wipe-acknowledged',
  },
  {
    path: 'store/',
    what: 'message cache (SQLite), search shards, and caches that were set aside',
    sealedBy: 'keyring, under the root key',
    eraseOn: 'wipe',
  },
  {
    path: 'files/',
    what: 'parts of files, attached or cached',
    sealedBy: 'a key of each file in the keyring (secretstream)',
    eraseOn: 'wipe',
  },
  {
    path: 'open/',
    what: 'copies of files that other programs read, until the app locks or ends',
    sealedBy: 'nothing: removed as soon as may be',
    eraseOn: 'wipe',
  },
  { path: 'host/', what: "the host's own storage (Chromium profile)", sealedBy: 'holds no content', eraseOn: 'wipe' },
  { path: 'logs/', what: 'program log', sealedBy: 'holds no content', eraseOn: 'wipe' },
  {
    path: 'settings.json',
    what: 'theme, language, list width, idle time before locking',
    sealedBy: 'holds no content',
    eraseOn: 'wipe',
  },
  {
    path: 'wipe/journal.json',
    what: 'wipe order and how far its execution is',
    sealedBy: 'holds no content',
    eraseOn: 'wipe-acknowledged',
  },
  {
    path: 'wipe/orders.json',
    what: 'orders that leave the profile standing: which were obeyed, and how far wipes of single conversations are',
    sealedBy: 'holds no content',
    eraseOn: 'wipe',
  },
  { path: 'wipe/notice.json', what: 'who wiped this desktop and why', sealedBy: 'holds no content', eraseOn: 'never' },
  { path: 'profile.lock', what: 'lock against a second process', sealedBy: 'empty', eraseOn: 'never' },
]

/** The row a file belongs to. Drafts of atomic writes (`.new`) and SQLite's journals belong to their file's row. */
export function rowOf(name: string): Persisted | undefined {
  const base = name.replace(/(?:\.new|-journal)$/, '')
  return persisted.find((row) => (row.path.endsWith('/') ? name.startsWith(row.path) : row.path === base))
}
