// Owns an order while it is written: its dry run, what must be there before it can be given, and giving it.
// Always holds: what is given is what the last dry run showed, by its digest; where the devices have changed it is run again
// and asked again; a no outside the window is no failure.

import type { FailureView } from '../../shared/bridge.ts'
import type { FleetOrder } from '../../shared/fleet.ts'
import { limits } from '../../shared/limits.ts'
import type { FleetState, OrderActions, OrderDraft, Selection } from './fleet-state.ts'
import type { WorkspaceContext } from './state.ts'

/** Why an order cannot be given yet, or that it can. */
export type OrderGate = 'ready' | 'busy' | 'no-dry-run' | 'nobody' | 'no-reason' | 'not-confirmed'

/** Whether `typed` is the number `count`, in whatever digits and with whatever marks between thousands. */
export function isCount(typed: string, count: number): boolean {
  const digits = typed.normalize('NFKC').replace(/[\s,.']/g, '')
  return /^\d{1,9}$/.test(digits) && Number(digits) === count
}

/** Orders for many are confirmed by typing how many. */
export function needsTyping({ dryRun }: Pick<OrderDraft, 'dryRun'>): boolean {
  return dryRun?.needsApproval === true
}

/** What `draft` still lacks, the first thing first. */
export function gateOf(draft: OrderDraft): OrderGate {
  const { dryRun, trying, giving, reason, typed } = draft
  if (giving) return 'busy'
  if (trying || dryRun === undefined) return 'no-dry-run'
  if (dryRun.devices === 0) return 'nobody'
  if (reason.trim() === '') return 'no-reason'
  return needsTyping(draft) && !isCount(typed, dryRun.devices) ? 'not-confirmed' : 'ready'
}

/** How many are selected, of `total` that fit the filter. */
export function selectedCount(selection: Selection, total: number | undefined): number {
  return selection.type === 'all' ? (total ?? 0) : selection.devices.size
}

interface DraftParts {
  readonly change: (part: Partial<FleetState>) => void
  /** The order stands. */
  readonly ordered: (order: FleetOrder) => void
}

/** The acts on the order being written over `context`. */
export function createOrderDraft({ ask, store }: WorkspaceContext, { change, ordered }: DraftParts): OrderActions {
  /** Which draft; an answer to an older one is dropped. */
  let number = 0
  const draftNow = () => store.getState().fleet.draft
  const write = (part: Partial<OrderDraft>) => {
    const draft = draftNow()
    if (draft !== undefined) change({ draft: { ...draft, ...part } })
  }

  // A dialog closes in many ways; the draft goes with it.
  store.subscribe((state, before) => {
    if (before.dialog !== 'order' || state.dialog === 'order' || state.fleet.draft === undefined) return
    number++
    change({ draft: undefined })
  })

  async function tryOut(): Promise<void> {
    const draft = draftNow()
    if (draft === undefined) return
    const asked = ++number
    write({ trying: true, failure: undefined, dryRun: undefined, typed: '' })
    const answer = await ask('tryOrder', { kind: draft.kind, target: draft.target })
    if (asked !== number) return
    write(answer.ok ? { trying: false, dryRun: answer.value } : { trying: false, failure: answer.error })
  }

  async function refused(error: FailureView): Promise<void> {
    if (error.code === 'not-allowed') return write({ giving: false, declined: true })
    if (error.code !== 'fleet-moved') return write({ giving: false, failure: error })
    write({ giving: false, moved: true })
    await tryOut()
  }

  const actions: OrderActions = {
    beginOrder(order) {
      change({
        draft: {
          ...order,
          reason: '',
          typed: '',
          dryRun: undefined,
          trying: true,
          giving: false,
          failure: undefined,
          moved: false,
          declined: false,
        },
      })
      store.setState({ dialog: 'order', dialogAbout: undefined })
      void tryOut()
    },
    beginOrderForSelection(kind) {
      const { selection, filter } = store.getState().fleet
      if (selection.type === 'all') {
        actions.beginOrder({ kind, target: { type: 'filter', filter }, about: { type: 'filter' } })
        return
      }
      const [first, ...rest] = selection.devices.values()
      if (first === undefined) return
      const about = rest.length === 0 ? ({ type: 'device', name: first.name } as const) : ({ type: 'devices' } as const)
      actions.beginOrder({ kind, target: { type: 'devices', deviceIds: [...selection.devices.keys()] }, about })
    },
    beginConversationWipe(conversationId, name) {
      actions.beginOrder({
        kind: 'wipe',
        target: { type: 'conversations', conversationIds: [conversationId] },
        about: { type: 'conversations', name },
      })
    },
    writeOrder(part) {
      write({
        ...(part.typed === undefined ? {} : { typed: part.typed }),
        ...(part.reason === undefined ? {} : { reason: part.reason.slice(0, limits.reasonChars) }),
        declined: false,
        // What was wrong with what was given may be right now; what was wrong with the dry run still is.
        ...(draftNow()?.dryRun === undefined ? {} : { failure: undefined }),
      })
    },
    tryOrderAgain: () => void tryOut(),
    async giveOrder() {
      const draft = draftNow()
      if (draft === undefined || draft.dryRun === undefined || gateOf(draft) !== 'ready') return
      const { kind, target, reason, dryRun } = draft
      const asked = number
      write({ giving: true, failure: undefined, moved: false, declined: false })
      const answer = await ask('giveOrder', { kind, target, reason: reason.trim(), digest: dryRun.digest })
      if (answer.ok) {
        if (asked === number) store.setState({ dialog: undefined })
        ordered(answer.value)
        return
      }
      if (asked === number) await refused(answer.error)
    },
  }
  return actions
}
