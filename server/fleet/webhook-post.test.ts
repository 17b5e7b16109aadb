// Checks where webhooks may go, and one try over a real socket: success, refusal, redirect, silence, what cannot be dialled.

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { systemClock } from '../clock.ts'
import { createTestClock } from '../test-clock.ts'
import { createPost, type PostOutcome } from './webhook-post.ts'
import { lookupFor, mayDial, parseTarget } from './webhook-target.ts'

let open: Server[] = []
afterEach(() => {
  for (const server of open) {
    server.closeAllConnections()
    server.close()
  }
  open = []
})
async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  open.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
/** Something that comes to pass once. */
function gate(): { readonly passed: Promise<void>; open(): void } {
  let open: () => void = () => undefined
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { passed, open: () => open() }
}
const post = (url: string, body = '{}') =>
  new Promise<PostOutcome>((resolve) => createPost(systemClock)({ url, headers: { a: 'b' }, body }, resolve))

test.each([
  ['https://hooks.example.com/a?b=c', true],
  ['https://10.1.2.3/', true],
  ['https://[fd12::1]/', true],
  ['http://127.0.0.1:8080/', true],
  ['http://[::1]:8080/', true],
  ['http://localhost/', true],
  ['https://127.0.0.1/', true],
  ['http://hooks.example.com/', false],
  ['http://10.1.2.3/', false],
  ['http://127.0.0.1.example.com/', false],
  ['ftp://hooks.example.com/', false],
  ['https://user:pass@hooks.example.com/', false],
  ['https://hooks.example.com/#a', false],
  ['https://169.254.169.254/latest/meta-data', false],
  ['https://[::ffff:169.254.169.254]/', false],
  ['https://[fe80::1]/', false],
  ['https://[64:ff9b::a9fe:a9fe]/', false],
  ['https://0.0.0.0/', false],
  ['https://224.0.0.1/', false],
  ['https://[::]/', false],
  ['hooks.example.com', false],
])('[FLT20] %s as the address of a webhook: %s', (text, allowed) => {
  expect(parseTarget(text).ok).toBe(allowed)
})

test('[FLT21] a name that leads to this computer or to a link-local address is not dialled, its own name is', async () => {
  const elsewhere = new URL('https://hooks.example.com')
  const addresses = ['127.0.0.1', '::1', '::ffff:127.0.0.1', '169.254.169.254', '10.0.0.1', 'fd00::1', '93.184.216.34']
  expect(addresses.filter((address) => mayDial(elsewhere, address))).toEqual(['10.0.0.1', 'fd00::1', '93.184.216.34'])
  const here = new URL('http://localhost')
  expect(addresses.filter((address) => mayDial(here, address))).toEqual(['127.0.0.1', '::1', '::ffff:127.0.0.1'])
  const look = (url: URL, isAll: boolean) =>
    new Promise((resolve) =>
      lookupFor(url)('localhost', { all: isAll }, (error, found) => resolve(error?.code ?? found)),
    )
  expect(await look(elsewhere, true)).toBe('EACCES')
  expect(await look(here, true)).toContainEqual({ address: '127.0.0.1', family: 4 })
  expect(['127.0.0.1', '::1']).toContain(await look(here, false))
})

test('[FLT22] a try posts the bytes with their headers and tells the status', async () => {
  let heard = ''
  const url = await listen((request, response) => {
    request.on('data', (chunk) => {
      heard += `${request.method} ${request.url} ${request.headers.a} ${chunk}`
    })
    request.on('end', () => response.writeHead(204).end())
  })
  expect(await post(`${url}/x?y`, '{"名":1}')).toEqual({ type: 'answered', status: 204, retryAfterMs: undefined })
  expect(heard).toBe('POST /x?y b {"名":1}')
})

test('[FLT23] a redirect is an answer, not a way; an endless answer is not read', async () => {
  let followed = 0
  const target = await listen((_request, response) => {
    followed++
    response.end()
  })
  const from = await listen((_request, response) =>
    response.writeHead(302, { location: target, 'retry-after': '7' }).end(),
  )
  expect(await post(from)).toEqual({ type: 'answered', status: 302, retryAfterMs: 7000 })
  expect(followed).toBe(0)
  const gone = gate()
  const endless = await listen((_request, response) => {
    response.writeHead(200)
    const pour = () => {
      if (response.write('x'.repeat(65_536))) setImmediate(pour)
      else response.once('drain', pour)
    }
    response.on('close', gone.open)
    pour()
  })
  expect(await post(endless)).toMatchObject({ status: 200 })
  await gone.passed
})

test('[FLT24] a receiver that says nothing is given up after its time; one that is not there at once', async () => {
  const clock = createTestClock()
  const asked = gate()
  const url = await listen(() => asked.open())
  const outcomes: PostOutcome[] = []
  createPost(clock)({ url, headers: {}, body: '' }, (outcome) => outcomes.push(outcome))
  await asked.passed
  clock.advance(limits.webhookMs - 1)
  expect(outcomes).toEqual([])
  clock.advance(1)
  expect(outcomes).toEqual([{ type: 'failed', reason: 'timeout' }])
  expect(await post('http://127.0.0.1:1/')).toEqual({ type: 'failed', reason: 'ECONNREFUSED' })
  expect(await post('https://169.254.1.1/')).toEqual({ type: 'failed', reason: 'EACCES' })
})

test('[FLT25] https means a certificate that is valid for the name: a plain server behind it is not spoken to', async () => {
  let asked = 0
  const url = await listen(() => asked++)
  expect(await post(url.replace('http:', 'https:'))).toMatchObject({ type: 'failed' })
  expect(asked).toBe(0)
})
