// Owns the list of orders as far as it has been read, the newest first, and how many await somebody.
// Always holds: it is read again as far as it was read, so that no part of it is older than another.

import type { FleetOrder } from '../../shared/fleet.ts'
import { coalesce } from './bridge.ts'
import { emptyFleet, type FleetState, type OrderList } from './fleet-state.ts'
import type { WorkspaceContext } from './state.ts'

/** Orders that await this user's approval: not their own. */
export function awaitingOf({ orders, awaiting }: OrderList): number {
  const mine = (orders ?? []).filter(({ state, isMine }) => state === 'awaiting-approval' && isMine).length
  return Math.max(0, awaiting - mine)
}

/** The list over `context`; `change` writes the fleet's state. */
export function createOrderList({ ask, store }: WorkspaceContext, change: (part: Partial<FleetState>) => void) {
  /** Grows when what is held is given up: answers on their way are then nobody's. */
  let times = 0
  const now = () => store.getState().fleet.orders
  const set = (part: Partial<OrderList>) => change({ orders: { ...now(), ...part } })

  const read = coalesce(async () => {
    const asked = times
    const held = now().orders?.length ?? 0
    const orders: FleetOrder[] = []
    let cursor: string | undefined
    do {
      const answer = await ask('listOrders', cursor === undefined ? {} : { cursor })
      if (asked !== times) return
      if (!answer.ok) return set({ failure: answer.error })
      orders.push(...answer.value.orders)
      cursor = answer.value.cursor
      set({ awaiting: answer.value.awaiting })
    } while (cursor !== undefined && orders.length < held)
    set({ orders, cursor, loading: false, failure: undefined })
  })

  return {
    read,
    async readMore(): Promise<void> {
      const { cursor, loading, orders = [] } = now()
      if (cursor === undefined || loading) return
      const asked = times
      set({ loading: true })
      const answer = await ask('listOrders', { cursor })
      // The list was read again meanwhile: it goes on from another place.
      if (asked !== times || now().cursor !== cursor) return
      if (!answer.ok) return set({ loading: false, failure: answer.error })
      const held = new Set(orders.map(({ orderId }) => orderId))
      const more = answer.value.orders.filter(({ orderId }) => !held.has(orderId))
      set({ orders: [...orders, ...more], cursor: answer.value.cursor, loading: false, failure: undefined })
    },
    forget() {
      times++
      set(emptyFleet.orders)
    },
  }
}
