// Checks how webhook messages are delivered, on both stores, by a virtual clock and a receiver in hand: order, one at a
// time, retries with doubling pauses, giving up, a restart in between.

import sodium from 'libsodium-wrappers'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import type { DeviceId, WebhookId } from '../../shared/model.ts'
import { rootActor } from '../admin/actor.ts'
import { createSystemRandom } from '../clock.ts'
import { createCommits } from '../commits.ts'
import { silentLog } from '../log.ts'
import { createSealing } from '../sealing.ts'
import type { Store } from '../store/port.ts'
import { openImplementations } from '../store/store-fixtures.ts'
import { createTestClock, type TestClock } from '../test-clock.ts'
import { openWorkspace } from '../workspace.ts'
import { createDeliveries, pauseAfter } from './deliveries.ts'
import type { Post, PostOutcome } from './webhook-post.ts'
import { createWebhooks } from './webhooks.ts'

const { implementations, close } = openImplementations()
afterAll(close)
beforeAll(() => sodium.ready)

const random = createSystemRandom()
const root = rootActor('IT')
const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))))

interface Try {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  done(outcome: PostOutcome): void
  calledOff: boolean
}

function start(store: Store, clock: TestClock) {
  const tries: Try[] = []
  const post: Post = (message, done) => {
    const one = { ...message, done, calledOff: false }
    tries.push(one)
    return {
      callOff: () => {
        one.calledOff = true
      },
    }
  }
  const sealing = createSealing(Buffer.alloc(32, 7), random)
  const workspace = openWorkspace(store, sealing, random, { workspaceName: 'W', operatorName: 'IT' })
  if (!workspace.ok) throw new Error(workspace.error.code)
  const commits = createCommits(store, silentLog)
  const deliveries = createDeliveries({ view: store.view, commits, sealing, post, clock, log: silentLog })
  const webhooks = createWebhooks({
    store,
    sealing,
    workspace: workspace.value,
    queued: deliveries.wake,
    clock,
    random,
  })
  deliveries.start()
  const add = (url: string, events?: Parameters<typeof webhooks.create>[0]['events']) => {
    const made = webhooks.create(events === undefined ? { url } : { url, events }, root)
    if (!made.ok) throw new Error(made.error.message)
    return made.value
  }
  const tell = (n: number, event = 'wipe.done' as const) =>
    store.transact((tx) => webhooks.queue(tx, event, `wip_${n}`, () => ({ n })))
  /** Answers what is under way, the oldest first. */
  const answer = async (outcome: PostOutcome) => {
    await turn()
    const one = tries.shift()
    if (one === undefined) throw new Error('nothing is under way')
    one.done(outcome)
    await turn()
    return one
  }
  return { store, clock, tries, deliveries, webhooks, add, tell, answer }
}
const taken: PostOutcome = { type: 'answered', status: 204, retryAfterMs: undefined }
const refused: PostOutcome = { type: 'answered', status: 500, retryAfterMs: undefined }
const subject = ({ body }: Try) => (JSON.parse(body) as { subject: string }).subject

describe.each(implementations)('on $name', ({ open }) => {
  let site: ReturnType<typeof start>
  beforeEach(() => {
    site = start(open(), createTestClock())
  })

  test('[FLT30] messages go out one at a time, in their order, to those that hear of the event', async () => {
    const all = site.add('https://a.example/')
    const some = site.add('https://b.example/', ['wipe.done', 'wipe.done'])
    expect(some.events).toEqual(['wipe.done'])
    site.add('https://c.example/', ['order.lapsed'])
    for (const n of [1, 2, 3]) site.tell(n)
    await turn()
    expect(site.tries.map((one) => [one.url, subject(one)])).toEqual([
      ['https://a.example/', 'wip_1'],
      ['https://b.example/', 'wip_1'],
    ])
    expect(site.webhooks.list()).toMatchObject([{ waiting: 3 }, { waiting: 3 }, { waiting: 0 }])
    const first = await site.answer(taken)
    const second = await site.answer(taken)
    expect(first.headers['webhook-id']).toBe(second.headers['webhook-id'])
    expect(first.headers['webhook-signature']).not.toBe(second.headers['webhook-signature'])
    expect(site.tries.map(subject)).toEqual(['wip_2', 'wip_2'])
    for (let i = 0; i < 4; i++) await site.answer(taken)
    const at = new Date(site.clock.nowMs()).toISOString()
    expect(site.webhooks.list()).toMatchObject([
      { id: all.id, waiting: 0, givenUp: 0, lastDeliveredAt: at },
      { id: some.id, waiting: 0, lastDeliveredAt: at },
      { waiting: 0 },
    ])
  })

  test('[FLT31] a CloudEvent 1.0 under one id, which stays the same at each try while time and signature move', async () => {
    site.add('https://a.example/')
    site.tell(1)
    const first = await site.answer(refused)
    expect(JSON.parse(first.body)).toEqual({
      specversion: '1.0',
      id: first.headers['webhook-id'],
      source: `urn:causeway:workspace:${site.store.view.meta('workspaceId')}`,
      type: 'causeway.wipe.done',
      subject: 'wip_1',
      time: new Date(site.clock.nowMs()).toISOString(),
      datacontenttype: 'application/json',
      data: { n: 1 },
    })
    expect(first.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8')
    site.clock.advance(pauseAfter(1))
    const second = await site.answer(taken)
    expect([second.body, second.headers['webhook-id']]).toEqual([first.body, first.headers['webhook-id']])
    expect(second.headers['webhook-timestamp']).not.toBe(first.headers['webhook-timestamp'])
    expect(second.headers['webhook-signature']).not.toBe(first.headers['webhook-signature'])
  })

  test('[FLT32] a failure is tried again after pauses that double, and given up after its tries, which the list says', async () => {
    site.add('https://a.example/')
    site.tell(1)
    for (let tries = 1; tries < limits.webhookTries; tries++) {
      await site.answer(tries === 3 ? { type: 'failed', reason: 'ECONNREFUSED' } : refused)
      expect(site.webhooks.list()).toMatchObject([
        { waiting: 1, givenUp: 0, lastFailure: tries === 3 ? 'ECONNREFUSED' : 'HTTP 500' },
      ])
      site.clock.advance(pauseAfter(tries) - 1)
      await turn()
      expect(site.tries).toEqual([])
      site.clock.advance(1)
    }
    await site.answer(refused)
    const lastFailure = `HTTP 500; given up after ${limits.webhookTries} tries`
    expect(site.webhooks.list()).toMatchObject([{ waiting: 0, givenUp: 1, lastFailure }])
    site.clock.advance(limits.webhookRetryMostMs * 2)
    await turn()
    expect(site.tries).toEqual([])
  })

  test('[FLT33] one that fails holds up neither others of its webhook nor another webhook', async () => {
    site.add('https://a.example/')
    site.tell(1)
    await site.answer(refused)
    site.tell(2)
    expect(subject(await site.answer(taken))).toBe('wip_2')
    site.add('https://b.example/')
    site.tell(3)
    await turn()
    expect(site.tries.map((one) => one.url)).toEqual(['https://a.example/', 'https://b.example/'])
    // The first never answers.
    site.tell(4)
    await turn()
    site.tries.pop()?.done(taken)
    await turn()
    expect(site.tries.map((one) => [one.url, subject(one)])).toEqual([
      ['https://a.example/', 'wip_3'],
      ['https://b.example/', 'wip_4'],
    ])
  })

  test('[FLT34] Retry-After is waited for where it is longer, and Gone is believed at once', async () => {
    site.add('https://a.example/')
    site.tell(1)
    await site.answer({ type: 'answered', status: 503, retryAfterMs: 60_000 })
    site.clock.advance(59_999)
    await turn()
    expect(site.tries).toEqual([])
    site.clock.advance(1)
    await site.answer({ type: 'answered', status: 410, retryAfterMs: undefined })
    expect(site.webhooks.list()).toMatchObject([
      { waiting: 0, givenUp: 1, lastFailure: 'HTTP 410; given up after 2 tries' },
    ])
  })

  test('[FLT35] no more than so many tries are under way at once', async () => {
    for (let i = 0; i < limits.webhooksAtOnce + 2; i++) site.add(`https://h${i}.example/`)
    site.tell(1)
    await turn()
    expect(site.tries).toHaveLength(limits.webhooksAtOnce)
    await site.answer(taken)
    expect(site.tries).toHaveLength(limits.webhooksAtOnce)
  })

  test('[FLT36] after a stop the next start sends what was waiting and what was under way, under the same ids', async () => {
    site.add('https://a.example/')
    site.tell(1)
    await site.answer(refused)
    site.tell(2)
    await turn()
    const [under] = site.tries
    site.deliveries.stop()
    expect(under?.calledOff).toBe(true)
    under?.done(taken)
    site.clock.advance(pauseAfter(1))
    await turn()
    expect(site.tries).toHaveLength(1)
    const again = start(site.store, site.clock)
    const resumed = [await again.answer(taken), await again.answer(taken)]
    expect(resumed.map(subject).sort()).toEqual(['wip_1', 'wip_2'])
    expect(resumed.map((one) => one.headers['webhook-id'])).toContain(under?.headers['webhook-id'])
    expect(again.webhooks.list()).toMatchObject([{ waiting: 0, givenUp: 0 }])
  })

  test('[FLT37] what a transaction that fails would have told is not told; what goes with a webhook is not sent', async () => {
    const made = site.add('https://a.example/')
    expect(() =>
      site.store.transact((tx) => {
        site.webhooks.queue(tx, 'wipe.done', 'wip_9', () => ({}))
        throw new Error('enough')
      }),
    ).toThrow('enough')
    await turn()
    expect(site.tries).toEqual([])
    site.tell(1)
    site.tell(2)
    await turn()
    expect(site.webhooks.remove(made.id, root)).toMatchObject({ ok: true, value: { id: made.id, waiting: 2 } })
    expect(site.webhooks.remove(made.id, root)).toMatchObject({ ok: false, error: { code: 'not-found' } })
    await site.answer(taken)
    expect([site.tries, site.webhooks.list()]).toEqual([[], []])
  })
})

test('[FLT26] a secret that does not open fails its own webhook alone', async () => {
  const [implementation] = implementations
  const site = start(implementation!.open(), createTestClock())
  const broken = site.store.transact((tx) => {
    const webhookId = `whk_${'0'.repeat(20)}` as WebhookId
    const row = { webhookId, url: 'https://a.example/', events: ['wipe.done' as const], createdAtMs: 1 }
    tx.insertWebhook({ ...row, sealedSecret: new Uint8Array(72), lastDeliveredAtMs: undefined, lastFailure: undefined })
    return webhookId
  })
  site.add('https://b.example/')
  site.tell(1)
  expect((await site.answer(taken)).url).toBe('https://b.example/')
  expect(site.webhooks.list()).toMatchObject([{ id: broken, waiting: 1, lastFailure: 'secret' }, { waiting: 0 }])
})

test('[FLT38] pauses double from the first to the longest', () => {
  expect(pauseAfter(1)).toBe(limits.webhookRetryFirstMs)
  expect(pauseAfter(4)).toBe(limits.webhookRetryFirstMs * 8)
  expect(pauseAfter(40)).toBe(limits.webhookRetryMostMs)
})

test('[FLT39] addresses are checked, counted and kept sealed; the secret is told once and stands in no record', async () => {
  const [implementation] = implementations
  const site = start(implementation!.open(), createTestClock())
  expect(site.webhooks.create({ url: 'http://a.example/' }, root)).toMatchObject({
    ok: false,
    error: { code: 'bad-input' },
  })
  const made = site.add('https://a.example/hook?token=1234')
  expect(made.secret).toMatch(/^whsec_/)
  expect(JSON.stringify(site.webhooks.list())).not.toContain('whsec_')
  const record = JSON.stringify(site.store.view.actsOn(made.id as WebhookId, 9))
  expect(record).toContain('a.example')
  expect(record).not.toContain('1234')
  for (let i = 1; i < limits.webhooks; i++) site.add(`https://h${i}.example/`)
  expect(site.webhooks.create({ url: 'https://z.example/' }, root)).toMatchObject({ error: { code: 'not-allowed' } })
  const device = 'dev_x' as DeviceId
  site.store.transact((tx) => site.webhooks.queue(tx, 'device.enrolled', device, () => ({})))
  expect(site.webhooks.list().every((each) => each.waiting === 1)).toBe(true)
})
