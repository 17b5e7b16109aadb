// Owns enrolment: codes that IT hands out, and turning one into a device.
// Always holds: a code is stored as a keyed hash, lives for limits.enrolCodeLifeMs and enrols one device key; the same
// device asking again gets the same answer, since its first answer may have been lost; a device that was signed out comes
// back as the same device, for the same person only. Codes are never logged.

import { limits } from '../../shared/limits.ts'
import { makeId } from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { type EnrolRequest, type EnrolResponse, enrolProofText, normaliseEnrolCode } from '../../shared/wire.ts'
import { type Actor, actedBy } from '../admin/actor.ts'
import type { Clock, Random } from '../clock.ts'
import { foldUserName } from '../directory/directory.ts'
import type { Authority } from '../keys.ts'
import type { Sealing } from '../sealing.ts'
import type { CodeRow, DeviceRow, Store, StoreTx, UserRow } from '../store/port.ts'
import type { Workspace } from '../workspace.ts'
import type { Attempts } from './attempts.ts'
import type { FleetNews } from './fleet-news.ts'
import type { SignOuts } from './sign-outs.ts'
import { verifies } from './signatures.ts'

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
export interface Enrolment {
  /** A new code, shown in groups of four. Failures: `not-found`, `user-inactive`, `rate-limited` (too many open). */
  createCode(userName: string, by: Actor): Result<{ readonly code: string; readonly expiresAtMs: number }>
  /**
   * Enrols a device for `remoteAddress`. Failures: `rate-limited`, `proof-invalid`, `code-unknown`, `code-used`,
   * `code-expired`, `user-inactive`, `already-exists` (the key is another person's device, or one that cannot come back).
   */
  enrol(request: EnrolRequest, remoteAddress: string): Result<EnrolResponse>
}

function makeCode(random: Random): string {
  let code = ''
  for (const byte of random(limits.enrolCodeChars)) code += alphabet[byte & 31]
  return code
}

const inGroups = (code: string) => code.replace(/(.{4})(?=.)/g, '$1-')

export function createEnrolment(parts: {
  store: Store
  sealing: Sealing
  workspace: Workspace
  authorities: readonly Authority[]
  attempts: Attempts
  signOuts: Pick<SignOuts, 'end'>
  news: FleetNews
  clock: Clock
  random: Random
}): Enrolment {
  const { store, sealing, workspace, authorities, attempts, signOuts, news, clock, random } = parts

  function enrolDevice(tx: StoreTx, request: EnrolRequest, codeHash: Uint8Array, nowMs: number): Result<DeviceRow> {
    const code = tx.code(codeHash)
    if (code === undefined) return fail('code-unknown')
    const user = tx.user(code.userId)
    const known = tx.deviceByPublicKey(request.devicePublicKey)
    const refusal = refuse(code, user, known, nowMs)
    if (refusal !== undefined) return refusal
    if (known !== undefined) {
      if (code.usedAtMs === undefined) tx.spendCode(codeHash, nowMs, known.deviceId)
      if (known.status === 'signed-out') {
        const { clientVersion, platform } = request
        tx.updateDevice(known.deviceId, { clientVersion, platform })
        signOuts.end(tx, known.deviceId)
      }
      return ok(known)
    }
    const device: DeviceRow = {
      deviceId: makeId('device', random(20)),
      userId: code.userId,
      publicKey: request.devicePublicKey,
      name: request.deviceName,
      platform: request.platform,
      clientVersion: request.clientVersion,
      status: 'active',
      enrolledAtMs: nowMs,
      lastSeenAtMs: undefined,
      leaseUntilMs: undefined,
      orderCounter: 0,
      cacheBytes: undefined,
    }
    tx.insertDevice(device)
    tx.putLeaseShare(device.deviceId, { generation: 1, sealed: sealing.sealShare(device.deviceId, random(32)) })
    tx.spendCode(codeHash, nowMs, device.deviceId)
    news.deviceChanged(tx, 'device.enrolled', device.deviceId)
    return ok(device)
  }

  return {
    createCode: (userName, by) => {
      const nowMs = clock.nowMs()
      const user = store.view.userByFoldedName(foldUserName(userName))
      if (user === undefined) return fail('not-found', `There is no user ${userName}.`)
      if (!user.active) return fail('user-inactive')
      const open = store.view.openCodesOf(user.userId, nowMs)
      const [oldest] = open
      if (oldest !== undefined && open.length >= limits.enrolCodesPerUser) {
        return fail('rate-limited', 'This user has too many open codes.', oldest.expiresAtMs - nowMs)
      }
      const code = makeCode(random)
      const expiresAtMs = nowMs + limits.enrolCodeLifeMs
      store.transact((tx) => {
        tx.dropCodes(nowMs - limits.codeRememberedMs)
        tx.insertCode({
          codeHash: sealing.codeHash(code),
          userId: user.userId,
          createdAtMs: nowMs,
          expiresAtMs,
          usedAtMs: undefined,
          deviceId: undefined,
        })
        const act = { act: 'createEnrolment', subject: user.userId, detail: '{}' }
        tx.recordAct({ atMs: nowMs, ...actedBy(by), ...act })
      })
      return ok({ code: inGroups(code), expiresAtMs })
    },

    enrol: (request, remoteAddress) => {
      const blockedMs = attempts.blockedForMs(remoteAddress)
      if (blockedMs !== undefined) return fail('rate-limited', undefined, blockedMs)
      const nowMs = clock.nowMs()
      const code = normaliseEnrolCode(request.code)
      const proven = verifies(request.devicePublicKey, enrolProofText(code, request.devicePublicKey), request.proof)
      const device: Result<DeviceRow> = proven
        ? store.transact((tx) => enrolDevice(tx, request, sealing.codeHash(code), nowMs))
        : fail('proof-invalid')
      if (!device.ok) {
        attempts.failed(remoteAddress)
        return device
      }
      return ok({
        deviceId: device.value.deviceId,
        userId: device.value.userId,
        workspaceId: workspace.workspaceId,
        workspaceName: workspace.name,
        authorityKeys: authorities.map(({ kid, publicKey }) => ({ kid, publicKey })),
        timeMs: nowMs,
      })
    },
  }
}

/** Why this code does not enrol this key now; undefined where it does. */
function refuse(
  code: CodeRow,
  user: UserRow | undefined,
  known: DeviceRow | undefined,
  nowMs: number,
): ReturnType<typeof fail> | undefined {
  const repeated = known !== undefined && code.deviceId === known.deviceId && known.status === 'active'
  if (code.usedAtMs !== undefined && !repeated) return fail('code-used')
  if (nowMs >= code.expiresAtMs) return fail(code.usedAtMs === undefined ? 'code-expired' : 'code-used')
  if (user?.active !== true) return fail('user-inactive')
  const comesBack = known?.status === 'active' || known?.status === 'signed-out'
  if (known !== undefined && (known.userId !== code.userId || !comesBack)) {
    return fail('already-exists', 'This device key has been enrolled before; make a new one.')
  }
  return undefined
}
