// Owns the forensic test: a profile of the real client, filled with marks, used hard and killed, is searched to its last byte
// for every mark in every usual writing, and for every key it has; and what it does tell is written down.
// CAUSEWAY_FORENSIC_ROUNDS asks for more kills than the usual few; CAUSEWAY_UPDATE=1 writes the table in docs/SECURITY.md.

import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Canary, createCanaryScanner } from './canaries.ts'
import { listFiles } from './folders.ts'
import { createForensicSite, type ForensicSite } from './forensic-site.ts'
import { createRoom, createRoomSearch, Ended, type Findings, type Room, startForensicClient } from './forensics.ts'
import { type KnownFile, type OpenedProfile, openWholeProfile } from './opened-profile.ts'
import { createRandom } from './random.ts'
import { shapeOf, viewOfThief } from './thief-view.ts'

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const seed = Number(process.env.CAUSEWAY_FORENSIC_SEED ?? 20261123)
const rounds = Number(process.env.CAUSEWAY_FORENSIC_ROUNDS ?? 4)
/** Profiles whose enrolment is cut short; a person may have only so many codes at once. */
const freshProfiles = 2
/** A kill comes within this time of the beginning of an act. */
const killWithinMs = 400
const securityPage = path.join(import.meta.dirname, '..', 'docs', 'SECURITY.md')
const markers = {
  begin: '<!-- what a thief sees: begin (CAUSEWAY_UPDATE=1 vitest run testing/forensics.long.test.ts writes it) -->',
  end: '<!-- what a thief sees: end -->',
}

const random = createRandom(seed)
const base = mkdtempSync(path.join(tmpdir(), 'causeway-forensics-'))
let site: ForensicSite
let room: Room
/** After the rounds that were not cut short. */
let view: string
/** What was found after each kill. */
const lives: Life[] = []
/** What the profile held last, at kills and between. */
const snapshots: OpenedProfile[] = []
const snapshotsKept = 4
/** Every secret that was ever seen, by its bytes. */
const secretsSeen = new Map<string, Secret>()
/** Lives that were not cut short: the user does everything, at last locks and unlocks, then the kill comes. */
const fullLives = 3

beforeAll(async () => {
  room = createRoom(base)
  site = await createForensicSite(random.fork(), base)
  for (let life = 1; life <= fullLives; life++) await runLife(life < fullLives ? site.acts : [...site.acts, indexed])
  view = viewOfThief(room.profile)
})
afterAll(async () => {
  await site?.close()
  rmSync(base, { recursive: true, force: true })
})

interface KillAt {
  /** The act with which the client begins; the kill comes during the next one, or at once where there is none. */
  readonly act: number | undefined
  readonly afterMs: number
}

/** One life of the client: all of `acts`, or as far as `killAt`; then the search of all that it could have written. */
async function runLife(acts: readonly Act[], killAt?: KillAt): Promise<Life> {
  await site.serverUp()
  await site.addConversation()
  const client = startForensicClient(room)
  let killing: Promise<void> | undefined
  let isSettled = false
  const kill = (): void => {
    if (killAt) killing ??= after(killAt.afterMs).then(client.kill)
  }
  if (killAt && killAt.act === undefined) kill()
  try {
    // Answered once the profile is open, and before anybody has unlocked it.
    await client.call('listPeople', {})
    expect(copiesIn(room)).toEqual([])
    await site.settle(client, room)
    isSettled = true
    const first = killAt?.act ?? 0
    for (const [i, act] of [...acts.slice(first), ...acts.slice(0, first)].entries()) {
      if (i === 1) kill()
      await act(client)
    }
  } catch (error) {
    if (!(error instanceof Ended) || killing === undefined) throw new Error(String(client.errors()), { cause: error })
  } finally {
    await (killing ?? client.kill())
  }
  const profile = await openProfile()
  // Cut off between a destruction and its clearing from SQLite's log, the next opening clears it.
  const settled = killAt === undefined ? profile : isSettled ? lives.at(-1)?.profile : undefined
  const gone = settled ? goneSince(settled) : []
  keep(profile)
  const canaries = [...site.marks.canaries, ...secretsSeen.values(), ...gone]
  const found = await createRoomSearch(canaries)(room, client.errors())
  const isCopy = (find: string) => find.includes(' in profile/open/')
  const findings = { ...found, finds: found.finds.filter((find) => !isCopy(find)) }
  const life = { profile, findings, copied: found.finds.filter(isCopy), gone: gone.map(({ name }) => name) }
  lives.push(life)
  return life
}

/** Looks at the profile of a client that has nothing to do. */
const snapshot: Act = async () => keep(await openProfile())

/** A slow machine locks before the index has been sealed: then it is some seconds later. */
const indexed: Act = (client) =>
  client.until(async () => (await openProfile()).contents.some(({ place }) => place === 'shard file'))

/** Files that the profile had at any time. */
const filesSeen = new Map<string, KnownFile>()
const openProfile = () => openWholeProfile(room.profile, site.passphrase, [...filesSeen.values()])

/** Copies that other programs were given. */
const copiesIn = ({ profile }: Room): string[] => {
  const folder = path.join(profile, 'open')
  return existsSync(folder) ? listFiles(folder) : []
}

function keep(profile: OpenedProfile): void {
  for (const file of profile.files) filesSeen.set(file.fileId, file)
  for (const secret of profile.secrets) secretsSeen.set(hex(secret.bytes), secret)
  snapshots.push(profile)
  if (snapshots.length > snapshotsKept) snapshots.shift()
}

type Act = ForensicSite['acts'][number]

interface Life {
  readonly profile: OpenedProfile
  /** But for copies that another program had been given. */
  readonly findings: Findings
  /** Finds in such copies. */
  readonly copied: readonly string[]
  /** What was looked for of that which had been destroyed. */
  readonly gone: readonly string[]
}

/**
 * What was seen before and is not in `now`, as it lay sealed: data keys destroyed, or sealed anew by a rotation; records
 * with words that are gone.
 */
function goneSince(now: OpenedProfile): Secret[] {
  const stands = new Set([...now.sealedKeys.values(), ...now.contents.map((each) => each.sealed)].map(hex))
  const words = createCanaryScanner(site.wordsGone())
  const found = new Map<string, Secret>()
  const note = (name: string, bytes: Uint8Array): void => {
    if (!stands.has(hex(bytes))) found.set(hex(bytes), { name, bytes })
  }
  for (const { sealedKeys, contents } of snapshots) {
    for (const [id, sealed] of sealedKeys) {
      note(now.sealedKeys.has(id) ? 'data key before a rotation, as sealed' : 'data key destroyed, as sealed', sealed)
    }
    for (const { place, bytes, sealed } of contents) {
      // Files of an index go with their row, those of a user with their key: their removal follows.
      const follows = place === 'shard file' || place.startsWith('file part')
      const [first] = follows || stands.has(hex(sealed)) ? [] : words.scanBytes(bytes, place)
      if (first) note(`${kindOf(first.canary)}, as sealed`, sealed)
    }
  }
  return [...found.values()]
}

type Secret = OpenedProfile['secrets'][number]
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const kindOf = (canary: string): string => canary.replace(/ \d+ \(.*$/, '')

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Kinds of marks that stand in the opened contents of the profile, with the places where. */
function kindsIn(profile: OpenedProfile, canaries: readonly Canary[]): Map<string, Set<string>> {
  const scanner = createCanaryScanner(canaries)
  const kinds = new Map<string, Set<string>>()
  for (const { place, bytes } of profile.contents) {
    for (const { canary } of scanner.scanBytes(bytes, place)) {
      const kind = kindOf(canary)
      kinds.set(kind, (kinds.get(kind) ?? new Set()).add(place))
    }
  }
  return kinds
}

test('[FRN1] a client used hard and killed leaves no mark and no key in any file, name or output', () => {
  for (const { findings, copied } of lives.slice(0, fullLives)) {
    expect([...findings.finds, ...copied]).toEqual([])
    expect(findings.filesRead).toBeGreaterThanOrEqual(8)
    expect(findings.bytesRead).toBeGreaterThan(50_000)
  }
})

test('[FRN2] every kind of mark was there, sealed, and everything sealed opens with the keys of the profile alone', () => {
  const last = lives[fullLives - 1]?.profile
  if (!last) throw new Error('nothing was done')
  const found = kindsIn(last, site.marks.canaries)
  expect(site.kept.filter((kind) => !found.has(kind))).toEqual([])
  // Words are found in the index as well, so that their absence there (FRN3) says something.
  for (const kind of ['body', 'edited body', 'file name']) {
    expect([...(found.get(kind) ?? [])]).toEqual(expect.arrayContaining(['event', 'shard file']))
  }
  for (const [kind, place] of [
    ['thread body', 'event'],
    ['user id', 'amendment'],
    ['waiting edit', 'outbox'],
    ['waiting file name', 'outbox'],
    ['draft file name', 'file'],
    ['thumbnail', 'file'],
    ['thumbnail', 'event'],
    ['new topic', 'conversation'],
  ] as const)
    expect([...(found.get(kind) ?? [])], kind).toContain(place)
  for (const kind of ['draft', 'sent', 'received', 'waiting'])
    expect([...(found.get(`${kind} file bytes`) ?? [])], kind).toEqual(['file part'])
  expect(last.unopened).toEqual([])
  expect(last.secrets.map((secret) => secret.name)).toEqual(
    expect.arrayContaining([
      'key store secret',
      'device seed',
      'lease share',
      'local secret',
      'root key 1',
      'data key 1',
    ]),
  )
  const planted = [...site.marks.kinds].filter((kind) => kind !== 'workspace' && kind !== 'body before an edit')
  expect(planted.sort()).toEqual([...site.kept, ...site.gone].sort())
})

test('[FRN3] what was deleted, evicted or lost, and what was typed into search or lock, is not even there sealed', () => {
  const last = lives[fullLives - 1]?.profile
  if (!last) throw new Error('nothing was done')
  const found = kindsIn(last, site.marks.canaries)
  const wrong = site.gone.filter((kind) => found.has(kind))
  expect(wrong.map((kind) => `${kind}: ${[...(found.get(kind) ?? [])]}`)).toEqual([])
  expect(site.lost().length).toBeGreaterThan(20)
  expect([...kindsIn(last, site.lost())]).toEqual([])
})

test.each([
  ['deleted', ['say', 'unsay'], 'deleted body, as sealed', /^deleted /],
  ['evicted', ['evict'], 'evicted body, as sealed', /^evicted /],
  ['lost', ['cut'], 'data key destroyed, as sealed', undefined],
  ['left', ['enter', 'leave'], 'left body, as sealed', /^left /],
  ['detached', ['attach', 'detach'], 'detached file name, as sealed', /^detached /],
  ['under the key before a rotation', ['rotate', 'say'], 'data key before a rotation, as sealed', undefined],
] as const)(
  '[FRN4] what is %s is gone from every file at once, as it lay sealed too',
  async (_, names, expected, kinds) => {
    const last = names.at(-1) ?? 'cut'
    const { profile, findings, gone } = await runLife([
      ...names.slice(0, -1).map((name) => site.act[name]),
      snapshot,
      site.act[last],
    ])
    expect(findings.finds).toEqual([])
    expect(gone).toContain(expected)
    // The parts of a file may lie there a moment longer than their key: nothing that the profile has opens them.
    const words = [...site.lost(), ...site.marks.canaries.filter(({ name }) => kinds?.test(name))]
    expect([...kindsIn(profile, words)]).toEqual([])
  },
)

test('[FRN5] the view of a thief, as the security page tells it, is that of a real profile', () => {
  const page = readFileSync(securityPage, 'utf8')
  const from = page.indexOf(markers.begin) + markers.begin.length
  const to = page.indexOf(markers.end)
  expect(to, 'the page has its two markers').toBeGreaterThan(from)
  if (process.env.CAUSEWAY_UPDATE === '1') {
    writeFileSync(securityPage, `${page.slice(0, from)}\n\n${view}\n\n${page.slice(to)}`)
    return
  }
  expect(shapeOf(page.slice(from, to)).trim()).toEqual(shapeOf(view).trim())
})

test(
  '[FRN6] killed at random times, over and over: no mark, no key, and nothing sealed that does not open',
  async () => {
    for (let round = 0; round < rounds; round++) {
      const act = random.chance(0.2) ? undefined : random.int(site.acts.length)
      const killAt = { act, afterMs: random.int(act === undefined ? 1500 : killWithinMs) }
      const life = await runLife(site.acts, killAt)
      expect({ killAt, finds: life.findings.finds }).toEqual({ killAt, finds: [] })
      expect({ killAt, unopened: unopenedIn(life.profile) }).toEqual({ killAt, unopened: [] })
    }
  },
  60_000 + rounds * 20_000,
)

/** A file of the index counts for nothing before its row is there, a part of a user's file for nothing after its row is gone. */
const unopenedIn = ({ unopened }: OpenedProfile): string[] =>
  unopened.filter((place) => place !== 'shard file' && place !== 'file part left behind')

test('[FRN7] killed during enrolment and the first catch-up, too', async () => {
  for (let round = 0; round < freshProfiles; round++) {
    await site.serverUp()
    const fresh = createRoom(path.join(base, `fresh ${round}`))
    const client = startForensicClient(fresh)
    const afterMs = 200 + random.int(1000)
    const killed = after(afterMs).then(client.kill)
    await site.settle(client, fresh).catch((error: unknown) => {
      if (!(error instanceof Ended)) throw error
    })
    await killed
    const { secrets } = await openWholeProfile(fresh.profile)
    const { finds } = await createRoomSearch([...site.marks.canaries, ...secrets])(fresh, client.errors())
    expect({ afterMs, finds }).toEqual({ afterMs, finds: [] })
  }
})

test('[FRN8] the search finds a mark, a key, or a key as sealed, planted in any file that the profile has', async () => {
  const planted = createRoom(path.join(base, 'planted'))
  cpSync(room.profile, planted.profile, { recursive: true })
  // Of the parts of files a few.
  const folder = path.join(planted.profile, 'files')
  for (const name of readdirSync(folder).slice(2)) rmSync(path.join(folder, name), { recursive: true })
  const secrets = lives.at(-1)?.profile.secrets ?? []
  const canaries = [...site.marks.canaries, ...secrets]
  const search = createRoomSearch(canaries)
  const nothing = Buffer.alloc(0)
  expect((await search(planted, nothing)).finds).toEqual([])
  for (const file of listFiles(planted.profile)) {
    const canary = random.pick(canaries)
    const bytes =
      'text' in canary ? Buffer.from(canary.text, random.pick(['utf8', 'utf16le'])) : Buffer.from(canary.bytes)
    const whole = readFileSync(path.join(planted.profile, file))
    const at = random.int(whole.length + 1)
    writeFileSync(path.join(planted.profile, file), Buffer.concat([whole.subarray(0, at), bytes, whole.subarray(at)]))
    const { finds } = await search(planted, nothing)
    writeFileSync(path.join(planted.profile, file), whole)
    expect(finds.filter((find) => find.startsWith(canary.name) && find.includes(file)).length, file).toBeGreaterThan(0)
  }
  const [first = { name: '', text: '' }] = site.marks.canaries
  const log = Buffer.from(JSON.stringify('text' in first ? first.text : ''))
  expect((await search(planted, log)).finds.length).toBeGreaterThan(0)
})

test('[FRN9] a copy that another program was given is all that is in the clear, and goes at the next start, locked or not', async () => {
  const open = await runLife([site.act.lock, site.act.receive])
  expect(open.findings.finds).toEqual([])
  expect(copiesIn(room)).toHaveLength(1)
  expect(open.copied.some((find) => find.startsWith('received file bytes'))).toBe(true)
  expect(open.copied.some((find) => find.startsWith('received file name'))).toBe(true)

  const client = startForensicClient(room)
  const locked = await client.call('listPeople', {})
  const copies = copiesIn(room)
  await client.kill()
  expect(locked.error?.code).toBe('app-locked')
  expect(copies).toEqual([])
  const { finds } = await createRoomSearch(site.marks.canaries)(room, client.errors())
  expect(finds).toEqual([])
})

test.each(['takeInLarge', 'sendLarge', 'fetchLarge'] as const)(
  '[FRN10] killed in the midst of a file (%s): nothing of it in the clear, and what has no key is removed',
  async (name) => {
    const killAt = { act: 0, afterMs: 20 + random.int(250) }
    const life = await runLife([async () => undefined, site.act[name]], killAt)
    expect({ killAt, finds: life.findings.finds, copied: life.copied }).toEqual({ killAt, finds: [], copied: [] })
    expect({ killAt, unopened: unopenedIn(life.profile) }).toEqual({ killAt, unopened: [] })

    const hasStrays = async (): Promise<boolean> => {
      const { contents, unopened } = await openProfile()
      return [...contents.map(({ place }) => place), ...unopened].includes('file part left behind')
    }
    const after = await runLife([(client) => client.until(async () => !(await hasStrays()))])
    expect(after.findings.finds).toEqual([])
  },
)

test('[FRN11] the server keeps neither words nor file names nor bytes of files in the clear', async () => {
  await site.serverDown()
  const shown = new Set(site.shownByServer)
  const canaries = site.marks.canaries.filter(({ name }) => !shown.has(kindOf(name)))
  const { hits, filesRead, bytesRead, unreadable } = await createCanaryScanner(canaries).scanFolder(site.serverDir)
  expect({ hits, unreadable }).toEqual({ hits: [], unreadable: [] })
  expect(filesRead).toBeGreaterThan(20)
  expect(bytesRead).toBeGreaterThan(1_000_000)
})
