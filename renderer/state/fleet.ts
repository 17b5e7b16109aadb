// Owns what the window asks and holds of the fleet: the devices that fit a filter, which of them are selected, the page of
// a device or a wipe beside them, the orders and how far they are.
// Always holds: only for people with the IT role; nothing of it outlives the connection's right to it; what is shown is read
// again when the server says that something has changed, and nothing else is.

import type { FleetDevice, FleetFilter, FleetOrder, FleetSort, OrderDevice } from '../../shared/fleet.ts'
import { limits } from '../../shared/limits.ts'
import type { DeviceId } from '../../shared/model.ts'
import { coalesce } from './bridge.ts'
import { emptyFleet, type FleetActions, type FleetAside, type FleetState, type FleetView } from './fleet-state.ts'
import { createOrderDraft } from './order-draft.ts'
import { createOrderList } from './order-list.ts'
import { createRowPager, rowAt } from './row-window.ts'
import type { WorkspaceContext } from './state.ts'

/** Pause in typing after which the list is asked for, in milliseconds: the server is asked, not a cache. */
const pauseMs = 200

/** What is most wanted on top when a column is first sorted by. */
const descendingFirst: ReadonlySet<FleetSort['by']> = new Set(['seen', 'cache'])

interface Fleet {
  readonly actions: FleetActions
  /** The area is opened. */
  opened(): void
  /** The server says that devices or orders have changed. */
  moved(): void
  /** This user is an IT person and the server is there, anew. */
  connected(): void
  forget(): void
}

/** The filter without what asks nothing. */
function tidy(filter: { readonly [K in keyof FleetFilter]?: FleetFilter[K] | undefined }): FleetFilter {
  const asks = ([, value]: [string, unknown]) =>
    value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0)
  return Object.fromEntries(Object.entries(filter).filter(asks))
}

/** The fleet over `context`. */
export function createFleet(context: WorkspaceContext): Fleet {
  const { ask, store, nowMs } = context
  const now = () => store.getState().fleet
  const change = (part: Partial<FleetState>) => store.setState(({ fleet }) => ({ fleet: { ...fleet, ...part } }))
  let timer: ReturnType<typeof setTimeout> | undefined
  /** The row last taken by itself: where a stretch begins. */
  let anchor: number | undefined

  const devices = createRowPager<FleetDevice>({
    async read(from, limit) {
      const { filter, sort } = now()
      const answer = await ask('listDevices', { filter, sort, from, limit })
      if (!answer.ok) return answer
      const { devices: rows, total, counts } = answer.value
      change({ counts, toldAtMs: nowMs() })
      return { ok: true, value: { from: answer.value.from, total, rows } }
    },
    get: () => now().devices,
    set: (part) => change({ devices: { ...now().devices, ...part } }),
  })
  const orderRows = createRowPager<OrderDevice>({
    async read(from, limit) {
      const { view } = now()
      if (view.type !== 'order') return { ok: false, error: { code: 'not-found', message: '' } }
      const answer = await ask('showOrder', { orderId: view.orderId, from, limit })
      if (!answer.ok) return answer
      tellOrder(answer.value.order)
      return { ok: true, value: { from: answer.value.from, total: answer.value.total, rows: answer.value.devices } }
    },
    get: () => now().orderRows,
    set: (part) => change({ orderRows: { ...now().orderRows, ...part } }),
  })
  const list = createOrderList(context, change)

  function tellOrder(order: FleetOrder): void {
    const { view } = now()
    if (view.type === 'order' && view.orderId === order.orderId) change({ order })
  }

  const readAside = coalesce(async () => {
    const { aside } = now()
    if (aside === undefined) return
    if (aside.type === 'device') {
      const answer = await ask('showDevice', { deviceId: aside.deviceId })
      if (now().aside !== aside) return
      change(answer.ok ? { device: answer.value, asideFailure: undefined } : { asideFailure: answer.error })
    } else {
      const answer = await ask('showWipe', { wipeId: aside.wipeId })
      if (now().aside !== aside) return
      change(answer.ok ? { wipe: answer.value, asideFailure: undefined } : { asideFailure: answer.error })
    }
  })

  function refreshShown(): void {
    const { view } = now()
    if (view.type === 'devices') devices.refresh()
    else if (view.type === 'order') orderRows.refresh()
    void readAside()
  }

  function showFleet(view: FleetView): void {
    const before = now().view
    const isSame = view.type === 'order' && before.type === 'order' && before.orderId === view.orderId
    change({ view, ...(isSame ? {} : { order: undefined }) })
    showAside(undefined)
    if (view.type === 'orders') void list.read()
    else if (view.type === 'devices') devices.refresh()
    else if (isSame) orderRows.refresh()
    else {
      orderRows.forget()
      orderRows.restart()
    }
  }

  function showAside(aside: FleetAside | undefined): void {
    const { device, wipe } = now()
    change({
      aside,
      asideFailure: undefined,
      // What is held of the same is shown until it has been read again.
      device: aside?.type === 'device' && device?.device.deviceId === aside.deviceId ? device : undefined,
      wipe: aside?.type === 'wipe' && wipe?.wipeId === aside.wipeId ? wipe : undefined,
    })
    void readAside()
  }

  function askFor(filter: FleetFilter, part: Partial<FleetState> = {}): void {
    const { selection } = now()
    anchor = undefined
    change({
      filter,
      ...part,
      selectionFull: false,
      // All that fit is another all now; those picked one by one stay picked.
      ...(selection.type === 'all' ? { selection: emptyFleet.selection } : {}),
    })
    devices.restart()
  }

  function select(picked: ReadonlyMap<DeviceId, FleetDevice>): void {
    const isFull = picked.size > limits.devicesPerOrder
    change(isFull ? { selectionFull: true } : { selection: { type: 'some', devices: picked }, selectionFull: false })
  }

  const draft = createOrderDraft(context, {
    change,
    ordered(order) {
      void list.read()
      change({ selection: emptyFleet.selection })
      store.setState({ pane: 'fleet' })
      showFleet({ type: 'order', orderId: order.orderId })
    },
  })

  const actions: FleetActions = {
    ...draft,
    showFleet,
    showAside,
    showDevicesOf(userId, name) {
      store.setState({ pane: 'fleet' })
      change({ view: { type: 'devices' }, order: undefined })
      showAside(undefined)
      askFor({ userId }, { text: '', personName: name })
    },
    setFleetText(text) {
      change({ text: text.slice(0, limits.searchChars) })
      clearTimeout(timer)
      timer = setTimeout(() => {
        const { filter } = now()
        const typed = now().text.trim()
        if ((filter.text ?? '') !== typed) askFor(tidy({ ...filter, text: typed }))
      }, pauseMs)
    },
    changeFilter(part) {
      const filter = tidy({ ...now().filter, ...part })
      askFor(filter, filter.userId === undefined ? { personName: undefined } : {})
    },
    clearFilter() {
      clearTimeout(timer)
      askFor({}, { text: '', personName: undefined })
    },
    sortFleet(by) {
      const { sort, filter, selection } = now()
      const descending = sort.by === by ? !sort.descending : descendingFirst.has(by)
      // The same devices in another order: what is selected stays so.
      askFor(filter, { sort: { by, descending } })
      change({ selection })
    },
    lookAtRows(from, to) {
      if (now().view.type === 'order') orderRows.look(from, to)
      else devices.look(from, to)
    },
    retryFleet() {
      if (now().view.type === 'orders') void list.read()
      refreshShown()
    },
    async selectRow(index, through = false) {
      const { devices: window, selection } = now()
      const device = rowAt(window, index)
      if (device === undefined) return
      if (selection.type === 'all') {
        const { total = 0 } = window
        if (total > limits.devicesPerOrder) return
        const rows = await devices.load(0, total - 1)
        if (rows === undefined || now().selection.type !== 'all') return
        const rest = rows.filter(({ deviceId }) => deviceId !== device.deviceId)
        select(new Map(rest.map((row) => [row.deviceId, row])))
        return
      }
      if (through && anchor !== undefined) {
        const rows = await devices.load(Math.min(anchor, index), Math.max(anchor, index))
        const after = now().selection
        if (rows === undefined || after.type === 'all') return
        select(new Map([...after.devices, ...rows.map((row) => [row.deviceId, row] as const)]))
        return
      }
      const picked = new Map(selection.devices)
      if (!picked.delete(device.deviceId)) {
        picked.set(device.deviceId, device)
        anchor = index
      } else if (anchor === index) anchor = undefined
      select(picked)
    },
    selectAllRows() {
      if ((now().devices.total ?? 0) > 0) change({ selection: { type: 'all' }, selectionFull: false })
    },
    clearSelection() {
      anchor = undefined
      change({ selection: emptyFleet.selection, selectionFull: false })
    },
    readMoreOrders: list.readMore,
    async decideOrder(orderId, approve) {
      const answer = await ask('decideOrder', { orderId, approve })
      void list.read()
      if (answer.ok) tellOrder(answer.value)
      if (now().view.type === 'order') orderRows.refresh()
      // Asked once more outside the window, they have said no: nothing has happened.
      return answer.ok || answer.error.code === 'not-allowed' ? undefined : answer.error
    },
    async saveWipeProof(wipeId, form) {
      const answer = await ask('saveWipeProof', { wipeId, form })
      return answer.ok ? answer.value : { failure: answer.error }
    },
  }
  return {
    actions,
    opened() {
      void list.read()
      refreshShown()
    },
    moved() {
      void list.read()
      if (store.getState().pane === 'fleet') refreshShown()
    },
    connected() {
      void list.read()
      if (store.getState().pane === 'fleet') refreshShown()
    },
    forget() {
      clearTimeout(timer)
      anchor = undefined
      devices.forget()
      orderRows.forget()
      list.forget()
      store.setState({ fleet: { ...emptyFleet, devices: now().devices, orderRows: now().orderRows } })
    },
  }
}
