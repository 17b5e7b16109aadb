// Owns what lies sealed in the server's database: event contents under a key per conversation, those keys, the lease shares,
// the keys of files and the secrets of webhooks under the master key (XChaCha20-Poly1305), and the keyed hashes of enrolment
// codes, operators' tokens, permits and emoji.
// Always holds: a sealed value is bound to its place (what it is and whose) as associated data and opens nowhere else;
// layout is nonce (24 bytes) then ciphertext. Keys never leave this object but as sealed bytes;
// those of files do, since their parts are sealed as they stream, and the secrets of webhooks, which sign what is sent.

import { createHmac } from 'node:crypto'
import sodium from 'libsodium-wrappers'
import type { ConversationId, DeviceId, WebhookId } from '../shared/model.ts'
import type { Random } from './clock.ts'

const nonceBytes = 24

function seal(key: Uint8Array, place: string, plain: Uint8Array | string, random: Random): Uint8Array {
  const nonce = random(nonceBytes)
  const box = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, place, null, nonce, key)
  const sealed = new Uint8Array(nonceBytes + box.length)
  sealed.set(nonce)
  sealed.set(box, nonceBytes)
  return sealed
}

/** Throws where the bytes were not sealed for this place with this key: a fault or a changed database. */
function open(key: Uint8Array, place: string, sealed: Uint8Array): Uint8Array {
  const nonce = sealed.subarray(0, nonceBytes)
  return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed.subarray(nonceBytes), place, nonce, key)
}

/** Finds the sealed content key of a conversation. */
export type FindSealedKey = (conversationId: ConversationId) => Uint8Array

export interface Sealing {
  /** Keyed hash by which an enrolment code is stored and found. */
  codeHash(normalisedCode: string): Uint8Array
  /** A value that tells whether a database belongs to this master key. */
  readonly fingerprint: string

  /** A new content key for a conversation, sealed. */
  makeContentKey(conversationId: ConversationId): Uint8Array
  /** Seals an event's content (JSON text) for its place in the log; `findKey` is asked at most once a conversation. */
  sealContent(conversationId: ConversationId, findKey: FindSealedKey, seq: number, json: string): Uint8Array
  /** The content's JSON text. Throws where it was not sealed for this place. */
  openContent(conversationId: ConversationId, findKey: FindSealedKey, seq: number, sealed: Uint8Array): string
  /** Keyed hash by which the emoji on a message are told apart and counted. */
  emojiTag(conversationId: ConversationId, emoji: string): string

  sealShare(deviceId: DeviceId, share: Uint8Array): Uint8Array
  openShare(deviceId: DeviceId, sealed: Uint8Array): Uint8Array

  /** A new key for the file in this folder, sealed. */
  makeFileKey(folder: string): Uint8Array
  openFileKey(folder: string, sealed: Uint8Array): Uint8Array
  sealWebhookSecret(webhookId: WebhookId, secret: Uint8Array): Uint8Array
  openWebhookSecret(webhookId: WebhookId, sealed: Uint8Array): Uint8Array
  /** Keyed hash by which an operator's token is stored and found: how long a look-up takes tells nothing of any token. */
  tokenHash(token: string): Uint8Array

  /** Keyed hash (HMAC-SHA-256) by which a permit is known as one of ours. */
  permitTag(text: string): Uint8Array
}

/** Sealing under `masterKey` (32 bytes). libsodium must be ready. */
export function createSealing(masterKey: Uint8Array, random: Random): Sealing {
  const derive = (purpose: string) => sodium.crypto_generichash(32, `causeway server v1 ${purpose}`, masterKey)
  const contentKeysKey = derive('content keys')
  const sharesKey = derive('lease shares')
  const codesKey = derive('enrolment codes')
  const emojiKey = derive('emoji')
  const fileKeysKey = derive('file keys')
  const permitsKey = derive('file permits')
  const webhooksKey = derive('webhook secrets')
  const tokensKey = derive('operator tokens')
  // 32 bytes a conversation: opened once, then kept.
  const contentKeys = new Map<ConversationId, Uint8Array>()
  const decoder = new TextDecoder('utf-8', { fatal: true })

  function contentKey(conversationId: ConversationId, findKey: FindSealedKey): Uint8Array {
    let key = contentKeys.get(conversationId)
    if (key === undefined) {
      key = open(contentKeysKey, conversationId, findKey(conversationId))
      contentKeys.set(conversationId, key)
    }
    return key
  }

  return {
    codeHash: (code) => createHmac('sha256', codesKey).update(code).digest(),
    fingerprint: sodium.to_base64(derive('fingerprint'), sodium.base64_variants.URLSAFE_NO_PADDING),
    makeContentKey: (conversationId) => seal(contentKeysKey, conversationId, random(32), random),
    sealContent: (conversationId, findKey, seq, json) =>
      seal(contentKey(conversationId, findKey), `${conversationId}|${seq}`, json, random),
    openContent: (conversationId, findKey, seq, sealed) =>
      decoder.decode(open(contentKey(conversationId, findKey), `${conversationId}|${seq}`, sealed)),
    emojiTag: (conversationId, emoji) =>
      createHmac('sha256', emojiKey).update(`${conversationId}|${emoji}`).digest('base64url').slice(0, 22),
    sealShare: (deviceId, share) => seal(sharesKey, deviceId, share, random),
    openShare: (deviceId, sealed) => open(sharesKey, deviceId, sealed),
    makeFileKey: (folder) => seal(fileKeysKey, folder, random(32), random),
    openFileKey: (folder, sealed) => open(fileKeysKey, folder, sealed),
    sealWebhookSecret: (webhookId, secret) => seal(webhooksKey, webhookId, secret, random),
    openWebhookSecret: (webhookId, sealed) => open(webhooksKey, webhookId, sealed),
    tokenHash: (token) => createHmac('sha256', tokensKey).update(token).digest(),
    permitTag: (text) => createHmac('sha256', permitsKey).update(text).digest(),
  }
}
