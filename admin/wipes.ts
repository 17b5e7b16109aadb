// Owns the commands of the nouns `wipes` and `keys`: the signed documents, their verification, the printed certificate.
// Always holds: a certificate is made of documents that this run has verified; keys from a file are preferred to the server's.

import { extname } from 'node:path'
import type { AdminKeys, AdminWipe } from '../shared/admin.ts'
import {
  type CertificateLanguage,
  type CertifiedWipe,
  certificateHtml,
  certificateLanguages,
  factsOf,
} from '../shared/certificate.ts'
import { ok, type Result } from '../shared/result.ts'
import type { AdminCall } from './client.ts'
import { type Command, type CommandContext, choice, type Flag, instant, need, type Output, shown } from './command.ts'
import { block, table } from './text.ts'
import { proofOf, readDocuments, readKeys, verifyWipe, type WipeVerdict } from './verification.ts'

function keysFlag(doc: string): Flag {
  return { value: 'KEYS.json', doc }
}

export const wipeCommands: readonly Command[] = [
  {
    noun: 'wipes',
    verb: 'show',
    operand: 'ID',
    doc: 'Shows how far a wipe has come, with its signed order, receipt and countersignature.',
    flags: {},
    run: async ({ call, operand }) => shown(await need(call)('showWipe', { params: { wipeId: operand } }), wipeText),
  },
  {
    noun: 'wipes',
    verb: 'verify',
    operand: 'FILE',
    doc: 'Verifies a wipe: the JSON of `wipes show --json` or as the app saves it, or one bare compact JWS; - is standard input.',
    flags: { keys: keysFlag('output of `keys show --json`: then neither server nor token is needed') },
    offlineWith: 'keys',
    run: verify,
  },
  {
    noun: 'wipes',
    verb: 'certificate',
    operand: 'ID',
    doc: 'Writes the certificate of a finished wipe, once its documents have been verified. PDF needs an installed browser.',
    flags: {
      out: {
        value: 'FILE.html|FILE.pdf',
        doc: 'where to write it',
        required: true,
        check: (text) => ['.html', '.pdf'].includes(extname(text).toLowerCase()),
      },
      language: choice(certificateLanguages, 'its language; English unless told'),
      'time-zone': { value: 'ZONE', doc: 'zone of its times, as Asia/Hong_Kong; UTC unless told', check: isTimeZone },
      keys: keysFlag('output of `keys show --json` to verify with, instead of the server’s keys of now'),
    },
    run: certify,
  },
  {
    noun: 'keys',
    verb: 'show',
    doc: 'Shows the public keys that verify wipes. Keep a copy: it makes verifying independent of the server.',
    flags: {},
    run: async ({ call }) => shown(await need(call)('showKeys'), keysText),
  },
]

async function keysFor({ call, flag, readText }: CommandContext): Promise<Result<AdminKeys>> {
  const file = flag('keys')
  if (file === undefined) return await need(call)('showKeys')
  const text = await readText(file)
  return text.ok ? readKeys(text.value) : text
}

async function verify(context: CommandContext): Promise<Result<Output>> {
  const { operand, readText, loadPrimitives, nowMs } = context
  const file = await readText(operand)
  if (!file.ok) return file
  const documents = readDocuments(file.value)
  if (!documents.ok) return documents
  const keys = await keysFor(context)
  if (!keys.ok) return keys
  return shown(verifyWipe(documents.value, keys.value, await loadPrimitives(), nowMs()), verdictText)
}

async function certify(context: CommandContext): Promise<Result<Output>> {
  const { operand, flag, writeFile, printPdf, loadPrimitives, nowMs } = context
  const call = need(context.call)
  const wipe = await call('showWipe', { params: { wipeId: operand } })
  if (!wipe.ok) return wipe
  const keys = await keysFor(context)
  if (!keys.ok) return keys
  const certified = await certifiedOf(call, wipe.value, keys.value)
  if (!certified.ok) return certified
  const { receipt, countersignature } = wipe.value
  const atMs = nowMs()
  const proof = proofOf(
    { order: wipe.value.order, receipt, countersignature },
    keys.value,
    await loadPrimitives(),
    atMs,
  )
  const facts = factsOf(certified.value, proof, atMs)
  if (!facts.ok) return facts
  const language = (flag('language') ?? 'en') as CertificateLanguage
  const page = certificateHtml(facts.value, language, flag('time-zone'))
  const out = flag('out') ?? ''
  const content = extname(out).toLowerCase() === '.pdf' ? await printPdf(page) : ok(page)
  if (!content.ok) return content
  const written = await writeFile(out, content.value)
  if (!written.ok) return written
  const { wipeId, deviceId } = wipe.value
  return shown(ok({ wipeId, deviceId, out, verified: true, doubts: facts.value.proof.doubts }), ({ doubts }) =>
    block([
      ['certificate', out],
      ['wipe', wipeId],
      ['doubts', doubts.length === 0 ? undefined : doubts.join(', ')],
    ]),
  )
}

/** The wipe with what the server says of its device and conversations. */
async function certifiedOf(call: AdminCall, wipe: AdminWipe, keys: AdminKeys): Promise<Result<CertifiedWipe>> {
  const { deviceId, orderId, order, receipt, countersignature, issuedAt, deliveredAt, conversationIds } = wipe
  const shownDevice = await call('showDevice', { params: { deviceId } })
  if (!shownDevice.ok) return shownDevice
  const conversations = conversationIds === undefined ? ok([]) : await call('listConversations')
  if (!conversations.ok) return conversations
  const named = conversations.value.filter(({ id }) => conversationIds?.includes(id))
  const deliveredAtMs = deliveredAt === undefined ? undefined : Date.parse(deliveredAt)
  return ok({
    orderId,
    order,
    receipt,
    countersignature,
    issuedAtMs: Date.parse(issuedAt),
    deliveredAtMs,
    conversations: named.map(({ id, name }) => ({ conversationId: id, name })),
    device: shownDevice.value.device,
    // The key that verified, not the one that came with the wipe.
    devicePublicKey: keys.devices.find((device) => device.deviceId === deviceId)?.publicKey ?? '',
    authorityKeys: keys.authority,
  })
}

function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** A wipe, a line for each thing known of it. */
export function wipeText(wipe: AdminWipe): string {
  return block([
    ['wipe', wipe.wipeId],
    ['device', wipe.deviceId],
    ['order id', wipe.orderId],
    ['conversations', wipe.conversationIds?.join(', ')],
    ['status', wipe.status],
    ['issued', wipe.issuedAt],
    ['delivered', wipe.deliveredAt],
    ['done', wipe.doneAt],
    ['order', wipe.order],
    ['receipt', wipe.receipt ?? 'none yet'],
    ['countersignature', wipe.countersignature ?? (wipe.receipt === undefined ? undefined : 'none')],
  ])
}

function keysText(keys: AdminKeys): string {
  return [
    block([
      ['workspace', keys.workspaceName],
      ['id', keys.workspaceId],
    ]),
    table(
      ['AUTHORITY KEY', 'ED25519 PUBLIC KEY'],
      keys.authority.map((key) => [key.kid, key.publicKey]),
    ),
    keys.devices.length === 0
      ? 'no devices'
      : table(
          ['DEVICE', 'ED25519 PUBLIC KEY'],
          keys.devices.map((device) => [device.deviceId, device.publicKey]),
        ),
  ].join('\n\n')
}

function verdictText(verdict: WipeVerdict): string {
  const { order, receipt, countersignature, marks } = verdict
  const list = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [[title, ...lines.map((line) => `  - ${line}`)].join('\n')]
  const documents = [
    ...(order ? ['order'] : []),
    ...(receipt ? ['receipt'] : []),
    ...(countersignature ? ['countersignature'] : []),
  ]
  const last = documents.pop() ?? ''
  return [
    `Verified: ${documents.length === 0 ? last : `${documents.join(', ')} and ${last}`}.`,
    block([
      ['wipe', verdict.wipeId],
      ['device', verdict.deviceId],
      ['ordered by', order?.issuedBy],
      ['approved by', order?.approvedBy],
      ['workspace', order?.workspaceName],
      ['reason', order?.reason],
      ['scope', order?.scope.type],
      ['conversations', order?.scope.type === 'conversations' ? order.scope.conversationIds.join(', ') : undefined],
      ['issued', instant(order?.issuedAtMs)],
      ['expires', instant(order?.expiresAtMs)],
      ['counter', order?.counter.toString()],
      ['outcome', receipt?.outcome],
      ['keys gone', instant(receipt?.keysGoneAtMs)],
      ['finished', instant(receipt?.finishedAtMs)],
      ['keys destroyed', receipt?.keysDestroyed.toString()],
      ['files removed', receipt?.filesRemoved.toString()],
      ['bytes removed', receipt?.bytesRemoved.toString()],
      ['files left', receipt?.filesLeft.toString()],
      ['attempts', receipt?.attempts.toString()],
      ['client', receipt?.version],
      ['receipt arrived', instant(countersignature?.receivedAtMs)],
      ['server half gone', instant(countersignature?.shareDestroyedAtMs)],
      ...Object.entries(marks ?? {}).map(([name, { sha256 }]) => [`SHA-256 of ${name}`, sha256] as const),
    ]),
    ...list('Doubts:', verdict.doubts),
    ...list('Proven, if the keys are the right ones:', verdict.proves),
    ...list('Not proven:', verdict.doesNotProve),
  ].join('\n\n')
}
