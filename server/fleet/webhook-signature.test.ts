// Checks the signature of outgoing webhooks against the specification's own example, and as a receiver would.

import { createHmac, timingSafeEqual } from 'node:crypto'
import { expect, test } from 'vitest'
import { secretBytes, signatureHeaders, writeSecret } from './webhook-signature.ts'

test('[FLT1] the signature is that of the reference libraries of Standard Webhooks for their example', () => {
  const secret = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64')
  const headers = signatureHeaders(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330_999, '{"test": 2432232314}')
  expect(headers).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
})

test('[FLT2] a receiver that holds the told secret verifies the bytes, and nothing but these', () => {
  const secret = Uint8Array.from({ length: secretBytes }, (_, i) => i * 7)
  const told = writeSecret(secret)
  expect(told).toMatch(/^whsec_[A-Za-z0-9+/]+={0,2}$/)
  const body = '{"type":"causeway.wipe.done","name":"銅鑼灣"}'
  const headers = signatureHeaders(secret, 'evt_1', 1_760_000_000_000, body)
  const verify = (text: string) => {
    const [version, given = ''] = headers['webhook-signature'].split(',')
    const expected = createHmac('sha256', Buffer.from(told.slice(6), 'base64'))
      .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`)
      .digest()
    return version === 'v1' && timingSafeEqual(expected, Buffer.from(given, 'base64'))
  }
  expect(verify(body)).toBe(true)
  expect(verify(body.replace('done', 'gone'))).toBe(false)
})
