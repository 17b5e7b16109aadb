// Owns the signature of outgoing webhooks as Standard Webhooks 1.0 has it: HMAC-SHA-256 over id, time and body, by a secret of
// the form `whsec_` and base64.
// Always holds: what is signed is the very bytes that are sent, so that a receiver verifies before it parses anything.

import { createHmac } from 'node:crypto'

const prefix = 'whsec_'
/** Of a new secret: within the 24 to 64 that the specification asks for. */
export const secretBytes = 32

/** A secret as its receiver is told it. */
export function writeSecret(secret: Uint8Array): string {
  return `${prefix}${Buffer.from(secret).toString('base64')}`
}

/** The three headers of one try. `atMs`: of the try, so that a receiver may refuse what is replayed. */
export function signatureHeaders(secret: Uint8Array, messageId: string, atMs: number, body: string) {
  const timestamp = Math.floor(atMs / 1000)
  const signature = createHmac('sha256', secret).update(`${messageId}.${timestamp}.${body}`).digest('base64')
  return {
    'webhook-id': messageId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${signature}`,
  }
}
