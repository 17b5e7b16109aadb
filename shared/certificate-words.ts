// Owns the words of the wipe certificate in English, and what words a language must have.
// Always holds: plain text, which the page escapes; terms of NIST SP 800-88r2 stand in English beside any translation.
// Never: says more than the documents do, or that a medium was purged.

import type { ProofDoubt } from './wipe-proof.ts'

export const englishWords = {
  locale: 'en-GB',
  title: 'Wipe certificate',
  subtitle: {
    device: 'Cryptographic erase of everything that Causeway kept on one desktop',
    conversations: (count: number): string =>
      count === 1
        ? 'Cryptographic erase of one conversation on one desktop'
        : `Cryptographic erase of ${count} conversations on one desktop`,
  },
  verdict: {
    verified: 'Verified',
    withRemarks: 'Verified, with remarks',
    three: 'Order, receipt and countersignature bear valid signatures and belong to one wipe.',
    two: 'Order and receipt bear valid signatures and belong to one wipe. There is no countersignature.',
    checkedAt: (time: string): string => `Checked ${time}`,
  },
  remarks: 'Remarks',
  doubts: {
    'not-countersigned': 'The receipt is not countersigned: no signature says when it arrived.',
    'share-not-told': 'The countersignature does not say when the server destroyed its half of the key.',
    'ordered-in-future': 'The order is dated later than the clock of the computer that checked it.',
    'received-in-future': 'The countersignature is dated later than the clock of the computer that checked it.',
    'began-before-order':
      'By the desktop’s clock the wipe began before the date of the order: that clock was wrong, or the order was signed anew since.',
    'steps-out-of-order': 'By the desktop’s clock its steps are out of order: that clock was set during the wipe.',
    'ended-after-receipt':
      'By the desktop’s clock the wipe ended after the server had its receipt: that clock was wrong.',
    'ended-in-future':
      'By the desktop’s clock the wipe ended later than the clock of the computer that checked it: in the future.',
    'files-left': 'Some files could not be removed. Without their keys they cannot be read.',
    'contradicts-itself': 'The receipt says both that nothing was left and that files were left.',
    'no-keys': 'No key was destroyed: the desktop held none, or they were gone before.',
  } satisfies Record<ProofDoubt, string>,
  coveredBy: (wipeId: string): string =>
    `The whole desktop was wiped (${wipeId}) while this wipe was open: its receipt stands for the conversations too.`,
  desktop: 'Desktop',
  order: 'Order',
  unsigned: 'As recorded by the workspace server; not covered by any of the signatures.',
  fields: {
    person: 'Person',
    department: 'Department',
    computer: 'Computer',
    system: 'System',
    deviceId: 'Device id',
    userId: 'User id',
    client: 'Tool',
    organisation: 'Organisation',
    orderedBy: 'Ordered by',
    approvedBy: 'Approved by',
    reason: 'Reason',
    scope: 'Scope',
    counter: 'Counter',
    expires: 'Valid until',
    wipeId: 'Wipe id',
    orderId: 'Order id',
  },
  notNeeded: 'no second person was needed',
  scopeDevice: 'the whole desktop: all that Causeway kept',
  scopeConversations: (count: number): string => (count === 1 ? 'one conversation' : `${count} conversations`),
  done: 'What was done',
  outcome: {
    wiped: 'Complete: all keys were destroyed, and every file that the client keeps was removed.',
    partial: 'Keys destroyed, files left: all keys were destroyed; some files could not be removed.',
    conversations: 'The keys of these conversations were destroyed and their records removed; the rest stayed.',
    conversationsPartial:
      'The keys of these conversations were destroyed; some files under them could not be removed. The rest stayed.',
  },
  figures: { keys: 'keys destroyed', files: 'files removed', bytes: 'removed', left: 'files left' },
  conversations: {
    title: 'Conversations',
    name: 'Name',
    id: 'Conversation id',
    held: 'On this desktop',
    yes: 'erased',
    no: 'nothing held',
    nameless: '(name not known)',
  },
  times: {
    title: 'Times',
    what: 'Event',
    when: 'Time',
    clock: 'Clock, signed in',
    ordered: 'Ordered',
    orderSigned: 'Order signed',
    shareDestroyed: 'Server’s half of the root key destroyed',
    delivered: 'Delivered to the desktop',
    began: 'Wipe began',
    keysGone: 'Keys destroyed',
    finished: 'Files removed, finished',
    received: 'Receipt arrived at the server',
    signedInOrder: 'server’s, order',
    signedInCountersignature: 'server’s, countersignature',
    serverRecorded: 'server’s, recorded',
    deviceSigned: 'desktop’s, receipt',
    since: '+ seconds since the wipe began.',
    attempts: (count: number): string =>
      count === 1
        ? 'Carried out in one start of the program, without interruption.'
        : `Carried out in ${count} starts of the program: it was interrupted and resumed.`,
  },
  method: {
    title: 'Method',
    device: [
      'Technique: cryptographic erase (CE) of the target data, by key sanitization, in the terms of NIST SP 800-88r2 (2025). The target data are the messages, names, search index and files that the Causeway client kept on this desktop.',
      'The target data had only ever been stored encrypted: XChaCha20-Poly1305, 256-bit keys, each key sealed under a root key. The root key was never stored; it is made of a half on the desktop, sealed by the operating system’s key store, and a half from the server.',
      'Keys first: the sealed halves were overwritten and removed, and all keys in memory dropped. The server destroyed its half when the order was issued. Then databases, search index, files and logs were deleted.',
      'Not claimed: Purge or Destroy of the storage medium. Overwriting a file on a solid-state drive is not Purge, because the drive may keep earlier blocks; what makes the data unreadable is that the keys are gone. Data of other programs was not touched.',
    ],
    conversations: [
      'Technique: cryptographic erase (CE) of the target data, by key sanitization, in the terms of NIST SP 800-88r2 (2025). The target data are the messages and files of the conversations listed, as the Causeway client kept them on this desktop.',
      'The target data had only ever been stored encrypted: XChaCha20-Poly1305, 256-bit keys. Each conversation, each stretch of its history, each of its files and each part of the search index has a key of its own.',
      'Keys first: these keys were destroyed in one durable transaction, then the records and files under them were removed. The rest of the desktop stayed as it was.',
      'Not claimed: Purge or Destroy of the storage medium. Overwriting a file on a solid-state drive is not Purge, because the drive may keep earlier blocks; what makes the data unreadable is that the keys are gone.',
    ],
  },
  proves: {
    title: 'What this proves',
    items: (hasCountersignature: boolean): readonly string[] => [
      'The workspace ordered this wipe of this desktop, for this reason; nothing of the order was changed since.',
      'Whoever held this desktop’s key, which was made on it and never left it, answered that very order; nothing of the answer was changed since.',
      ...(hasCountersignature
        ? ['The workspace server had that answer at the time stated, and has said so under its own key.']
        : []),
      'All of it on condition that the public keys below are the right ones.',
    ],
  },
  doesNotProve: {
    title: 'What this does not prove',
    items: [
      'That no copy exists elsewhere: photographs, screenshots, backups, images of the disk, saved files, other computers.',
      'That the client was unaltered: malware that could use the desktop’s key could sign the same words.',
      'The times by the desktop’s clock: they are its own claim.',
      'That the public keys are the right ones. Keys kept from before the wipe, outside the server, make this independent of it.',
    ],
    conversations: [
      'That the conversations are gone from the organisation: its record of them is kept on the server, under its own rules.',
    ],
  },
  evidence: {
    title: 'Evidence',
    document: 'Document',
    signedBy: 'Signed by',
    keyId: 'Key id',
    hash: 'SHA-256 of the compact JWS',
    order: 'Order',
    receipt: 'Receipt',
    countersignature: 'Countersignature',
    authority: 'device authority of the workspace',
    device: 'the desktop',
    publicKeys: 'Public keys (Ed25519)',
    publicKey: 'Public key, base64url',
  },
  verify: {
    title: 'How to check it again',
    withCli: (wipeId: string): string =>
      `With Causeway’s command line, which needs no server for it. The first two lines fetch the documents of ${wipeId} and the keys:`,
    withJose:
      'With any JOSE library: the documents are compact JWS (RFC 7515) with EdDSA (RFC 8032). In JavaScript with jose:',
    hashes:
      'The hashes are over the text of each document as it stands in the annex, without line breaks; the countersignature names those of order and receipt.',
  },
  annex: {
    title: 'Annex: the signed documents',
    about: 'Compact JWS, broken into lines here; remove the line breaks.',
  },
  filing: {
    title: 'Filed by',
    name: 'Name',
    position: 'Position',
    date: 'Date',
    signature: 'Signature',
  },
}

export type CertificateWords = typeof englishWords
