import { expect, test } from 'vitest'
import { createApi, type Transport } from './window-api.ts'

function fakeTransport(answer: (name: string, argsJson: string) => Promise<string>) {
  const sent: [string, string][] = []
  let deliver: (name: string, payloadJson: string) => void = () => undefined
  const transport: Transport = {
    call(name, argsJson) {
      sent.push([name, argsJson])
      return answer(name, argsJson)
    },
    receive(take) {
      deliver = take
    },
  }
  return { transport, sent, deliver: (name: string, payload: unknown) => deliver(name, JSON.stringify(payload)) }
}

test('[SHL1] the window gets exactly call and on', () => {
  const { transport } = fakeTransport(async () => '{}')
  expect(Object.keys(createApi(transport))).toEqual(['call', 'on'])
})

test('[SHL1] a call crosses as a name and JSON text and its answer comes back as data', async () => {
  const { transport, sent } = fakeTransport(async () => '{"ok":true,"value":{"conversations":[]}}')
  expect(await createApi(transport).call('listConversations', {})).toEqual({ ok: true, value: { conversations: [] } })
  expect(sent).toEqual([['listConversations', '{}']])
})

test('[SHL2] a call never rejects: arguments that are not data and a lost transport are failures', async () => {
  const { transport, sent } = fakeTransport(() => Promise.reject(new Error('gone')))
  const api = createApi(transport)
  expect(await api.call('getSession', {})).toMatchObject({ ok: false, error: { code: 'unavailable' } })
  const circular: Record<string, never> = {}
  Object.assign(circular, { self: circular })
  expect(await api.call('getSession', circular)).toMatchObject({ ok: false, error: { code: 'bad-input' } })
  expect(sent).toHaveLength(1)
})

test('[SHL3] a listener hears the events of its name until it is taken off', () => {
  const { transport, deliver } = fakeTransport(async () => '{}')
  const api = createApi(transport)
  const heard: unknown[] = []
  const off = api.on('messagesChanged', (payload) => heard.push(payload))
  const offTwin = api.on('messagesChanged', (payload) => heard.push(payload))
  deliver('messagesChanged', { conversationId: 'c' })
  deliver('wiped', {})
  off()
  deliver('messagesChanged', { conversationId: 'd' })
  offTwin()
  deliver('messagesChanged', { conversationId: 'e' })
  expect(heard).toEqual([{ conversationId: 'c' }, { conversationId: 'c' }, { conversationId: 'd' }])
})

test('[SHL4] the source text of createApi stands alone, so that the Chromium host can run it in the page', async () => {
  const make: unknown = new Function(`return (${createApi.toString()})`)()
  if (typeof make !== 'function') throw new TypeError('createApi is not a function')
  const { transport } = fakeTransport(async () => '{"ok":true,"value":1}')
  expect(await make(transport).call('getSession', {})).toEqual({ ok: true, value: 1 })
})
