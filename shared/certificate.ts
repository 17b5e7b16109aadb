// Owns the wipe certificate: what may stand on it, and its page, ready to be printed on A4.
// Always holds: made of documents that have been verified alone; what no signature covers is marked as such; every text is
// escaped where it is put in; the page holds no script and fetches nothing.
// Never: says that no copy exists elsewhere.

import { certificateStyle } from './certificate-style.ts'
import { type CertificateWords, englishWords } from './certificate-words.ts'
import { simplifiedWords, traditionalWords } from './certificate-words-zh.ts'
import { systemOf, type WipeFile } from './fleet.ts'
import { html, type Markup, nothing } from './markup.ts'
import { fail, ok, type Result } from './result.ts'
import type { WipeProof } from './wipe-proof.ts'

/** Languages of a certificate, BCP 47. */
export const certificateLanguages = ['en', 'zh-Hant-HK', 'zh-Hans'] as const
export type CertificateLanguage = (typeof certificateLanguages)[number]

const wordsByLanguage: Readonly<Record<CertificateLanguage, CertificateWords>> = {
  en: englishWords,
  'zh-Hant-HK': traditionalWords,
  'zh-Hans': simplifiedWords,
}

type VerifiedProof = Extract<WipeProof, { type: 'verified' }>

/** What a certificate is made of: signed documents, and what the server says around them. */
export interface CertificateFacts {
  readonly proof: VerifiedProof
  readonly documents: { readonly order: string; readonly receipt: string; readonly countersignature?: string }
  /** base64url, Ed25519: those that the documents were verified with. */
  readonly keys: readonly { readonly id: string; readonly of: 'authority' | 'device'; readonly publicKey: string }[]
  readonly verifiedAtMs: number
  /** The server's word. */
  readonly recorded: {
    readonly orderId: string
    readonly person: string
    readonly userName: string
    readonly department?: string
    readonly computer: string
    readonly platform: string
    readonly issuedAtMs: number
    readonly deliveredAtMs?: number
  }
  /** Where the wipe was of these alone; `held` where the desktop has said. */
  readonly conversations?: readonly { readonly id: string; readonly name?: string; readonly held?: boolean }[]
}

/** What of a wipe `factsOf` needs. */
export type CertifiedWipe = Pick<
  WipeFile,
  | 'orderId'
  | 'order'
  | 'receipt'
  | 'countersignature'
  | 'issuedAtMs'
  | 'deliveredAtMs'
  | 'conversations'
  | 'devicePublicKey'
  | 'authorityKeys'
> & {
  readonly device: Pick<
    WipeFile['device'],
    'deviceId' | 'displayName' | 'userName' | 'department' | 'name' | 'platform'
  >
}

/**
 * The facts of a wipe whose documents have been judged as `proof` at `verifiedAtMs`. `not-found` where there is no receipt
 * yet; the failure of the proof where it did not verify; `order-wrong-device` where the record is of another device.
 */
export function factsOf(wipe: CertifiedWipe, proof: WipeProof, verifiedAtMs: number): Result<CertificateFacts> {
  if (proof.type === 'not-verified') return { ok: false, error: proof.failure }
  if (proof.type === 'open' || wipe.receipt === undefined) {
    return fail('not-found', 'There is no receipt yet: nothing is there to be certified.')
  }
  const { order, receipt, marks } = proof
  if (wipe.device.deviceId !== order.deviceId) return fail('order-wrong-device')
  const { displayName, userName, department, name, platform } = wipe.device
  const signers = new Set([marks.order.kid, marks.countersignature?.kid])
  const names = new Map<string, string>(wipe.conversations?.map((each) => [each.conversationId, each.name]))
  const held = receipt.conversationIds && new Set<string>(receipt.conversationIds)
  return ok({
    proof,
    documents: {
      order: wipe.order,
      receipt: wipe.receipt,
      ...(wipe.countersignature === undefined ? {} : { countersignature: wipe.countersignature }),
    },
    keys: [
      ...wipe.authorityKeys
        .filter(({ kid }) => signers.has(kid))
        .map(({ kid, publicKey }) => ({ id: kid, of: 'authority' as const, publicKey })),
      { id: order.deviceId, of: 'device', publicKey: wipe.devicePublicKey },
    ],
    verifiedAtMs,
    recorded: {
      orderId: wipe.orderId,
      person: displayName,
      userName,
      ...(department === undefined ? {} : { department }),
      computer: name,
      platform,
      issuedAtMs: wipe.issuedAtMs,
      ...(wipe.deliveredAtMs === undefined ? {} : { deliveredAtMs: wipe.deliveredAtMs }),
    },
    ...(order.scope.type === 'device'
      ? {}
      : {
          conversations: order.scope.conversationIds.map((id) => ({
            id,
            ...(names.has(id) ? { name: names.get(id) ?? '' } : {}),
            ...(held ? { held: held.has(id) } : {}),
          })),
        }),
  })
}

// --- the page -----------------------------------------------------------------------------------------------------------

/** Ways to show values, of one language and time zone. */
interface Formats {
  readonly words: CertificateWords
  readonly time: (atMs: number) => string
  readonly number: (value: number) => string
  readonly bytes: (value: number) => string
}

/**
 * The certificate as a page of HTML that prints on A4: whole, in one language, needing nothing but itself. Times are told in
 * `timeZone` (IANA, UTC unless told) with their offset; throws RangeError where there is no such zone.
 */
export function certificateHtml(facts: CertificateFacts, language: CertificateLanguage, timeZone = 'UTC'): string {
  const words = wordsByLanguage[language]
  const format = formatsOf(words, timeZone)
  const { order } = facts.proof
  const page = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width">
<title>${words.title} ${order.wipeId}</title>
<style>${{ markup: certificateStyle(`Causeway  ${order.wipeId}`) }}</style>
</head>
<body>
${headOf(facts, format)}
${verdictOf(facts, format)}
<div class="pair">${desktopOf(facts, format)}${orderOf(facts, format)}</div>
${definitions([[words.fields.reason, html`<bdi>${order.reason}</bdi>`]])}
<p class="note">† ${words.unsigned}</p>
${doneOf(facts, format)}
${conversationsOf(facts, format)}
${timesOf(facts, format)}
${section(words.method.title, paragraphs(facts.proof.receipt.scope === undefined ? words.method.device : words.method.conversations))}
<div class="pair">
${section(words.proves.title, list(words.proves.items(facts.proof.countersignature !== undefined)))}
${section(words.doesNotProve.title, list(doesNotProve(facts, words)))}
</div>
${evidenceOf(facts, words)}
${verifyingOf(facts, words)}
${filingOf(words)}
${annexOf(facts, words)}
</body>
</html>
`
  return page.markup
}

const unsignedMark = html`\u00a0<span class="mark-unsigned">†</span>`

function headOf({ proof, verifiedAtMs }: CertificateFacts, { words, time }: Formats): Markup {
  const { scope, workspaceName } = proof.order
  const subtitle =
    scope.type === 'device' ? words.subtitle.device : words.subtitle.conversations(scope.conversationIds.length)
  return html`<header>
<div><p class="organisation"><bdi>${workspaceName}</bdi></p><h1>${words.title}</h1><p class="subtitle">${subtitle}</p></div>
<p class="made">${words.verdict.checkedAt('')}<br>${time(verifiedAtMs)}</p>
</header>`
}

function verdictOf({ proof }: CertificateFacts, { words }: Formats): Markup {
  const { verdict } = words
  const remarks = [
    ...(proof.coveredBy === undefined ? [] : [words.coveredBy(proof.coveredBy)]),
    ...proof.doubts.map((doubt) => words.doubts[doubt]),
  ]
  return html`<div class="verdict"><div class="mark">✓</div>
<strong>${proof.doubts.length === 0 ? verdict.verified : verdict.withRemarks}</strong>
<p>${proof.countersignature ? verdict.three : verdict.two}</p></div>
${remarks.length === 0 ? nothing : html`<div class="remarks"><strong>${words.remarks}</strong>${list(remarks)}</div>`}`
}

function desktopOf({ proof, recorded }: CertificateFacts, { words }: Formats): Markup {
  const { fields } = words
  const { person, userName, department, computer, platform } = recorded
  const system = { windows: 'Windows', mac: 'macOS', linux: 'Linux', other: '' }[systemOf(platform)]
  return section(
    words.desktop,
    definitions([
      [fields.person, html`<bdi>${person}</bdi> (<bdi>${userName}</bdi>)${unsignedMark}`],
      [fields.department, department === undefined ? undefined : html`<bdi>${department}</bdi>${unsignedMark}`],
      [fields.computer, html`<bdi>${computer}</bdi>${unsignedMark}`],
      [fields.system, html`${system === '' ? '' : `${system}, `}${platform}${unsignedMark}`],
      [fields.deviceId, id(proof.order.deviceId)],
      [fields.userId, id(proof.receipt.userId)],
      [fields.client, html`Causeway ${proof.receipt.version}`],
    ]),
  )
}

function orderOf({ proof, recorded }: CertificateFacts, { words, time }: Formats): Markup {
  const { fields } = words
  const { order } = proof
  const { scope } = order
  return section(
    words.order,
    definitions([
      [fields.orderedBy, html`<bdi>${order.issuedBy}</bdi>`],
      [fields.approvedBy, order.approvedBy === undefined ? words.notNeeded : html`<bdi>${order.approvedBy}</bdi>`],
      [
        fields.scope,
        scope.type === 'device' ? words.scopeDevice : words.scopeConversations(scope.conversationIds.length),
      ],
      [fields.counter, String(order.counter)],
      [fields.expires, order.expiresAtMs === undefined ? undefined : time(order.expiresAtMs)],
      [fields.wipeId, id(order.wipeId)],
      [fields.orderId, html`${id(recorded.orderId)}${unsignedMark}`],
    ]),
  )
}

function doneOf({ proof }: CertificateFacts, { words, number, bytes }: Formats): Markup {
  const { keysDestroyed, filesRemoved, bytesRemoved, filesLeft, outcome, scope } = proof.receipt
  const { outcome: outcomes, figures } = words
  const figure = (value: string, name: string): Markup => html`<div><b>${value}</b><span>${name}</span></div>`
  const complete = outcome === 'wiped'
  const ofDevice = complete ? outcomes.wiped : outcomes.partial
  const what = scope === undefined ? ofDevice : complete ? outcomes.conversations : outcomes.conversationsPartial
  return html`<section class="whole"><h2>${words.done}</h2><p>${what}</p><div class="figures">${[
    figure(number(keysDestroyed), figures.keys),
    figure(number(filesRemoved), figures.files),
    figure(bytes(bytesRemoved), `${figures.bytes} (${number(bytesRemoved)}\u00a0B)`),
    figure(number(filesLeft), figures.left),
  ]}</div></section>`
}

function conversationsOf({ conversations }: CertificateFacts, { words }: Formats): Markup {
  if (!conversations) return nothing
  const { title, name, id: idName, held, yes, no, nameless } = words.conversations
  const rows = conversations.map(
    (each) =>
      html`<tr><td>${each.name === undefined ? nameless : html`<bdi>${each.name}</bdi>${unsignedMark}`}</td><td>${id(
        each.id,
      )}</td><td>${each.held === false ? no : yes}</td></tr>`,
  )
  return section(title, tableOf([name, idName, held], rows))
}

function timesOf({ proof, recorded }: CertificateFacts, format: Formats): Markup {
  const { order, receipt, countersignature } = proof
  const { words, time } = format
  const { times } = words
  const { startedAtMs, keysGoneAtMs, finishedAtMs } = receipt
  const since = (atMs: number): string => `+${((atMs - startedAtMs) / 1000).toFixed(3)} s`.replace('+-', '−')
  const row = (what: string, atMs: number | undefined, clock: string | Markup, note = ''): Markup =>
    atMs === undefined
      ? nothing
      : html`<tr><td>${what}</td><td class="time">${time(atMs)} <span class="small">${note}</span></td><td class="small short">${clock}</td></tr>`
  const table = tableOf(
    [times.what, times.when, times.clock],
    [
      row(times.ordered, recorded.issuedAtMs, html`${times.serverRecorded}${unsignedMark}`),
      row(times.orderSigned, order.issuedAtMs, times.signedInOrder),
      row(times.shareDestroyed, countersignature?.shareDestroyedAtMs, times.signedInCountersignature),
      row(times.delivered, recorded.deliveredAtMs, html`${times.serverRecorded}${unsignedMark}`),
      row(times.began, startedAtMs, times.deviceSigned),
      row(times.keysGone, keysGoneAtMs, times.deviceSigned, since(keysGoneAtMs)),
      row(times.finished, finishedAtMs, times.deviceSigned, since(finishedAtMs)),
      row(times.received, countersignature?.receivedAtMs, times.signedInCountersignature),
    ],
  )
  const note = `${times.attempts(receipt.attempts)} ${times.since}`
  return html`<section class="whole"><h2>${times.title}</h2>${table}<p class="note">${note}</p></section>`
}

function doesNotProve(
  { conversations }: CertificateFacts,
  { doesNotProve: words }: CertificateWords,
): readonly string[] {
  return conversations ? [...words.items, ...words.conversations] : words.items
}

function evidenceOf({ proof, keys }: CertificateFacts, { evidence }: CertificateWords): Markup {
  const { marks } = proof
  const documents = [
    [evidence.order, evidence.authority, marks.order],
    [evidence.receipt, evidence.device, marks.receipt],
    [evidence.countersignature, evidence.authority, marks.countersignature],
  ] as const
  const rows = documents.flatMap(([name, signer, mark]) =>
    mark
      ? [
          html`<tr><td class="short">${name}</td><td>${signer}</td><td>${id(mark.kid)}</td><td>${id(mark.sha256)}</td></tr>`,
        ]
      : [],
  )
  const keyRows = keys.map(
    (key) => html`<tr><td>${evidence[key.of]}</td><td>${id(key.id)}</td><td>${id(key.publicKey)}</td></tr>`,
  )
  return html`<section class="whole"><h2>${evidence.title}</h2>${tableOf(
    [evidence.document, evidence.signedBy, evidence.keyId, evidence.hash],
    rows,
  )}
<h3>${evidence.publicKeys}</h3>${tableOf([evidence.signedBy, evidence.keyId, evidence.publicKey], keyRows)}</section>`
}

function verifyingOf({ proof, keys }: CertificateFacts, { verify }: CertificateWords): Markup {
  const { wipeId } = proof.order
  const device = keys.find((key) => key.of === 'device')
  const cli = [
    `admin --server URL --token-file FILE wipes show ${wipeId} --json > wipe.json`,
    'admin --server URL --token-file FILE keys show --json > keys.json',
    'admin wipes verify wipe.json --keys keys.json',
  ].join('\n')
  const jose = [
    "import { compactVerify, importJWK } from 'jose'",
    `const jwk = { kty: 'OKP', crv: 'Ed25519', x: '${device?.publicKey ?? ''}' }`,
    "const { payload } = await compactVerify(receipt, await importJWK(jwk, 'EdDSA'))",
  ].join('\n')
  return html`<section><div class="whole"><h2>${verify.title}</h2><p>${verify.withCli(wipeId)}</p><pre>${cli}</pre></div>
<div class="whole"><p>${verify.withJose}</p><pre>${jose}</pre></div><p>${verify.hashes}</p></section>`
}

function filingOf({ filing }: CertificateWords): Markup {
  const lines = [filing.name, filing.position, filing.date, filing.signature].map((name) => html`<div>${name}</div>`)
  return html`<section class="whole"><h2>${filing.title}</h2><div class="lines">${lines}</div></section>`
}

function annexOf({ documents }: CertificateFacts, { annex, evidence }: CertificateWords): Markup {
  const each = (name: string, text: string | undefined): Markup =>
    text === undefined ? nothing : html`<h3>${name}</h3><pre class="document">${text}</pre>`
  return html`<section class="annex"><h2>${annex.title}</h2><p class="note">${annex.about}</p>
${each(evidence.order, documents.order)}${each(evidence.receipt, documents.receipt)}${each(
  evidence.countersignature,
  documents.countersignature,
)}</section>`
}

function section(title: string, content: Markup): Markup {
  return html`<section><h2>${title}</h2>${content}</section>`
}

function paragraphs(texts: readonly string[]): Markup {
  return html`${texts.map((text) => html`<p>${text}</p>`)}`
}

function list(items: readonly string[]): Markup {
  return html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`
}

function definitions(entries: readonly (readonly [name: string, value: string | Markup | undefined])[]): Markup {
  const shown = entries.map(([name, value]) =>
    value === undefined ? nothing : html`<dt>${name}</dt><dd>${value}</dd>`,
  )
  return html`<dl>${shown}</dl>`
}

function tableOf(headings: readonly string[], rows: readonly Markup[]): Markup {
  return html`<table><thead><tr>${headings.map((name) => html`<th>${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table>`
}

function id(text: string): Markup {
  return html`<span class="id">${text}</span>`
}

function formatsOf(words: CertificateWords, timeZone: string): Formats {
  const numbers = new Intl.NumberFormat(words.locale)
  const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const
  return {
    words,
    time: (atMs) => zonedTime(atMs, timeZone),
    number: (value) => numbers.format(value),
    bytes: (value) => {
      const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3)))
      const shown = new Intl.NumberFormat(words.locale, { maximumSignificantDigits: 3 }).format(value / 1000 ** power)
      return `${shown} ${units[power] ?? 'B'}`
    },
  }
}

/** As in ISO 8601 but for the blanks: 2026-03-02 09:00:02.040 UTC+08:00. */
function zonedTime(atMs: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  }).formatToParts(atMs)
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((each) => each.type === type)?.value ?? ''
  const date = `${part('year')}-${part('month')}-${part('day')}`
  const clock = `${part('hour')}:${part('minute')}:${part('second')}.${part('fractionalSecond')}`
  return `${date} ${clock} ${part('timeZoneName').replace('GMT', 'UTC').replace('+00:00', '')}`
}
