// Owns the answers to calls about the fleet: asked of the server, which decides what this person may; verified here; and what
// destroys or signs out asked of the user once more, outside the window.
// Always holds: that question is made of the server's answer to main itself, so that a window which has been taken over can
// neither order unasked nor show other devices than it orders; one question stands at a time.

import { randomUUID } from 'node:crypto'
import type { fleetCalls } from '../shared/bridge-fleet.ts'
import {
  type FleetAsk,
  type FleetTold,
  type FleetToldOf,
  type OrderRequest,
  toldTypeOf,
  type WipeFile,
} from '../shared/fleet.ts'
import { limits } from '../shared/limits.ts'
import type { WipeId } from '../shared/model.ts'
import { FailureError, fail, ok, type Result } from '../shared/result.ts'
import { ask } from './calls-conversations.ts'
import { certificateOf, documentsOf, judge, wipeView, writeWhole } from './calls-fleet-proof.ts'
import { type Asked, languageOf, questionOf } from './calls-fleet-words.ts'
import type { CallParts, Handlers, OpenParts } from './calls-parts.ts'
import type { Session } from './session/session.ts'

type ToldFor<T extends FleetAsk['type']> = FleetToldOf<(typeof toldTypeOf)[T]>

/** Asks the server about the fleet. Codes: those of Session.request, not-a-server. */
async function tell<T extends FleetAsk['type']>(
  session: Pick<Session, 'request'>,
  asked: Extract<FleetAsk, { type: T }>,
): Promise<Result<ToldFor<T>>> {
  const answered = await ask(session, 'fleet', { type: 'fleet', ask: asked })
  if (!answered.ok) return answered
  const isOf = (told: FleetTold): told is ToldFor<T> => told.type === toldTypeOf[asked.type]
  return isOf(answered.value.told) ? ok(answered.value.told) : somethingElse()
}

const somethingElse = () => fail('not-a-server', 'The server answered something else.')

/** What was told without the word that says what it is, as the bridge has it. */
function bare<T extends FleetTold>(told: Result<T>): Result<Omit<T, 'type'>> {
  if (!told.ok) return told
  const { type: _, ...value } = told.value
  return ok(value)
}

/** The handlers of fleetCalls. */
export function fleetHandlers(parts: CallParts, { store }: OpenParts): Handlers<keyof typeof fleetCalls> {
  const { fleet } = parts
  const language = () => languageOf(fleet.languages())
  let isAsking = false
  /** An order whose answer was lost: given again, it makes no second one. */
  let unanswered: { readonly order: string; readonly key: string } | undefined

  const identity = () => {
    const known = fleet.identity()
    if (!known) throw new FailureError(fail('not-enrolled').error)
    return known
  }

  /** Asks the user; refused where they say no, or where what they spoke for is not there any more. */
  async function confirmed(asked: Omit<Asked, 'thisDeviceId'>): Promise<Result<void>> {
    const { deviceId } = identity()
    const isYes = await fleet.shell.confirm(questionOf({ ...asked, thisDeviceId: deviceId }, language()))
    if (!isYes) return fail('not-allowed', 'The user has not said so outside the window.')
    // Meanwhile the app may have been locked, or enrolled for somebody else.
    store()
    return identity().deviceId === deviceId ? ok(undefined) : fail('not-allowed')
  }

  async function oneQuestion<T>(work: () => Promise<Result<T>>): Promise<Result<T>> {
    if (isAsking) return fail('rate-limited', 'The user is being asked already.')
    isAsking = true
    try {
      return await work()
    } finally {
      isAsking = false
    }
  }

  async function order(session: Session, given: OrderRequest) {
    const text = JSON.stringify(given)
    const key = unanswered?.order === text ? unanswered.key : randomUUID()
    unanswered = { order: text, key }
    const told = await tell(session, { type: 'order', order: given, key })
    if (told.ok || !['unavailable', 'offline'].includes(told.error.code)) unanswered = undefined
    return bare(told)
  }

  async function wipeFile(wipeId: WipeId): Promise<Result<WipeFile>> {
    const told = await tell(parts.session(), { type: 'wipe', wipeId })
    return told.ok && told.value.wipeId !== wipeId ? somethingElse() : bare(told)
  }
  const judged = (file: WipeFile) => judge(file, identity(), fleet.verifySignature, parts.nowMs())

  return {
    listDevices: async (args) => bare(await tell(parts.session(), { type: 'devices', ...args })),
    async showDevice({ deviceId }) {
      const told = await tell(parts.session(), { type: 'device', deviceId })
      return told.ok && told.value.device.deviceId !== deviceId ? somethingElse() : bare(told)
    },
    tryOrder: async (args) => bare(await tell(parts.session(), { type: 'dryRun', ...args })),
    giveOrder: ({ kind, target, reason, digest }) =>
      oneQuestion(async () => {
        const session = parts.session()
        const found = await tell(session, { type: 'dryRun', kind, target })
        if (!found.ok) return found
        if (digest !== undefined && digest !== found.value.digest) return fail('fleet-moved')
        const { devices, people, sample, needsApproval } = found.value
        const conversations = target.type === 'conversations' ? target.conversationIds.length : undefined
        const asked = { kind, conversations, devices, people, sample, reason, needsApproval, orderedBy: undefined }
        const said = await confirmed(asked)
        return said.ok ? order(session, { kind, target, reason, digest: found.value.digest }) : said
      }),
    async decideOrder({ orderId, approve }) {
      const session = parts.session()
      const decide = async () => {
        const told = await tell(session, { type: 'decide', orderId, approve })
        return told.ok && told.value.orderId !== orderId ? somethingElse() : bare(told)
      }
      if (!approve) return decide()
      return oneQuestion(async () => {
        const found = await tell(session, { type: 'orderDevices', orderId, from: 0, limit: limits.namedInQuestion })
        if (!found.ok) return found
        const { order, devices } = found.value
        if (order.orderId !== orderId) return somethingElse()
        if (order.state !== 'awaiting-approval') return fail('order-decided')
        if (order.isMine) return fail('approval-own')
        const { kind, reason, orderedBy } = order
        const conversations = order.targetType === 'conversations' ? (order.conversationIds?.length ?? 0) : undefined
        const sample = devices.map(({ device }) => device)
        const asked = { kind, conversations, reason, orderedBy, sample, devices: order.devices }
        const said = await confirmed({ ...asked, people: undefined, needsApproval: false })
        return said.ok ? decide() : said
      })
    },
    listOrders: async ({ cursor }) =>
      bare(await tell(parts.session(), { type: 'orders', ...(cursor !== undefined && { cursor }) })),
    async showOrder({ orderId, from, limit }) {
      const told = await tell(parts.session(), { type: 'orderDevices', orderId, from, limit })
      return told.ok && told.value.order.orderId !== orderId ? somethingElse() : bare(told)
    },
    async showWipe({ wipeId }) {
      const file = await wipeFile(wipeId)
      return file.ok ? ok(wipeView(file.value, judged(file.value))) : file
    },
    async saveWipeProof({ wipeId, form }) {
      const file = await wipeFile(wipeId)
      if (!file.ok) return file
      const made =
        form === 'certificate' ? await certificate(file.value) : ok(Buffer.from(documentsOf(file.value, identity())))
      if (!made.ok) return made
      const to = await fleet.shell.saveAs(form === 'certificate' ? `${wipeId} certificate.pdf` : `${wipeId}.json`)
      if (to === undefined) return ok({ saved: false })
      const written = await writeWhole(to, made.value)
      return written.ok ? ok({ saved: true }) : written
    },
  }

  async function certificate(file: WipeFile): Promise<Result<Uint8Array>> {
    const page = certificateOf(file, judged(file), identity(), parts.nowMs(), language())
    return page.ok ? fleet.shell.printPdf(page.value) : page
  }
}
