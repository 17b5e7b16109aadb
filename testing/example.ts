// Owns made-up data for tests: ids, people, conversations, events, wipe documents, all from one seed.
// Always holds: what it builds fits the schemas of shared/; two examples of one seed build the same in the same order.
// Never: a clock or system randomness.

import {
  type ConversationEvent,
  type ConversationId,
  type ConversationInfo,
  type MessageContent,
  makeId,
  type Person,
  type UserId,
} from '../shared/model.ts'
import type { WipeOrder, WipeReceipt } from '../shared/proof.ts'
import { createRandom, type Random } from './random.ts'

/** 2026-03-02T01:00:00Z, a Monday morning in Hong Kong. */
export const exampleTimeMs = Date.UTC(2026, 2, 2, 1, 0, 0)

const people = [
  ['陳大文', 'tai-man.chan', 'Compliance', 'Director'],
  ['Wong Siu Ming 黃小明', 'siu-ming.wong', 'Treasury', 'Associate'],
  ['李嘉欣', 'ka-yan.lee', 'Legal', 'Vice President'],
  ['Priya Raman', 'priya.raman', 'IT', 'Engineer'],
  ['𨋢叔', 'lift.uncle', 'Facilities', 'Technician'],
  ['张伟', 'wei.zhang', 'Research', 'Analyst'],
] as const

/** Plain, mixed, HKSCS, non-BMP, joined emoji, combining marks, several lines. */
const sentences = [
  '早晨，請各位下午三點前交報告。',
  'The draft for 中環 is in the folder, please review by Friday.',
  '嘅 咗 冇 𨋢壞咗，行樓梯啦',
  '合规部门已经确认，可以发出。',
  'OK 👩🏽‍💻 thanks!',
  'Café Zürich — table for 4 at 19:30?',
  '第一項：預算\n第二項：人手\n第三項：時間表',
  '👍',
  'https://intranet.example/circulars/2026-014',
] as const

export interface Example {
  readonly random: Random
  id<K extends Parameters<typeof makeId>[0]>(kind: K): ReturnType<typeof makeId<K>>
  person(overrides?: Partial<Person>): Person
  /** `count` people with distinct user names. */
  people(count: number): Person[]
  conversation(overrides?: Partial<ConversationInfo>): ConversationInfo
  /** A body that normaliseBody leaves as it is. */
  body(): string
  messageContent(overrides?: Partial<MessageContent>): MessageContent
  event(overrides?: Partial<ConversationEvent>): ConversationEvent
  /** `count` messages of `authors` with ascending seq from `firstSeq` (1 unless told) and ascending times. */
  events(
    conversationId: ConversationId,
    authors: readonly UserId[],
    count: number,
    firstSeq?: number,
  ): ConversationEvent[]
  wipeOrder(overrides?: Partial<WipeOrder>): WipeOrder
  /** A receipt that answers `order`. */
  wipeReceipt(order: WipeOrder, overrides?: Partial<WipeReceipt>): WipeReceipt
}

/** Builders that draw from `seed`. */
export function createExample(seed: number): Example {
  const random = createRandom(seed)
  let serial = 0
  const example: Example = {
    random,
    id: (kind) => makeId(kind, random.bytes(20)),
    person: (overrides = {}) => {
      const [displayName, userName, department, title] = random.pick(people)
      serial += 1
      return {
        userId: example.id('user'),
        userName: `${userName}${serial}`,
        displayName,
        department,
        title,
        active: true,
        ...overrides,
      }
    },
    people: (count) => Array.from({ length: count }, () => example.person()),
    conversation: (overrides = {}) => ({
      conversationId: example.id('conversation'),
      kind: 'channel',
      name: random.pick(['合規通告 Compliance', 'treasury-desk', '全體同事', '研究部 Research']),
      memberIds: [],
      ...overrides,
    }),
    body: () => random.pick(sentences),
    messageContent: (overrides = {}) => ({
      type: 'message',
      clientId: example.id('message'),
      body: example.body(),
      ...overrides,
    }),
    event: (overrides = {}) => ({
      conversationId: example.id('conversation'),
      seq: 1,
      atMs: exampleTimeMs,
      actorId: example.id('user'),
      content: example.messageContent(),
      ...overrides,
    }),
    events: (conversationId, authors, count, firstSeq = 1) => {
      let atMs = exampleTimeMs
      return Array.from({ length: count }, (_, index) => {
        atMs += 1 + random.int(600_000)
        return example.event({ conversationId, seq: firstSeq + index, atMs, actorId: random.pick(authors) })
      })
    },
    wipeOrder: (overrides = {}) => ({
      wipeId: example.id('wipe'),
      workspaceId: example.id('workspace'),
      deviceId: example.id('device'),
      scope: { type: 'device' },
      reason: '手提電腦遺失 laptop lost',
      issuedBy: 'IT 支援組',
      workspaceName: '海灣行 Harbour & Vale',
      issuedAtMs: exampleTimeMs,
      counter: 1 + random.int(1000),
      ...overrides,
    }),
    wipeReceipt: (order, overrides = {}) => ({
      wipeId: order.wipeId,
      deviceId: order.deviceId,
      userId: example.id('user'),
      outcome: 'wiped',
      keysDestroyed: 1 + random.int(500),
      filesRemoved: 1 + random.int(100),
      bytesRemoved: random.int(1 << 30),
      filesLeft: 0,
      startedAtMs: order.issuedAtMs + 2000,
      keysGoneAtMs: order.issuedAtMs + 2040,
      finishedAtMs: order.issuedAtMs + 2900,
      attempts: 1,
      bootId: Buffer.from(random.bytes(8)).toString('hex'),
      version: '0.1.0',
      ...overrides,
    }),
  }
  return example
}
