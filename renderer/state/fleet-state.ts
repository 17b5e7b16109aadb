// Owns the types of what the window holds of the fleet, and what it holds before anything is asked.
// Always holds: devices and orders are the server's; what stands here is what was last told, of what is shown.

import type { CallArgs, CallResult, FailureView } from '../../shared/bridge.ts'
import type {
  DryRun,
  FleetDevice,
  FleetFilter,
  FleetOrder,
  FleetPage,
  FleetSort,
  OrderDevice,
  OrderKind,
  OrderTarget,
} from '../../shared/fleet.ts'
import type { ConversationId, DeviceId, OrderId, UserId, WipeId } from '../../shared/model.ts'
import { emptyRows, type RowWindow } from './row-window.ts'

export type FleetView =
  | { readonly type: 'devices' }
  | { readonly type: 'orders' }
  | { readonly type: 'order'; readonly orderId: OrderId }

/** What stands beside the list. */
export type FleetAside =
  | { readonly type: 'device'; readonly deviceId: DeviceId }
  /** `deviceId`: the device whose page led here. */
  | { readonly type: 'wipe'; readonly wipeId: WipeId; readonly deviceId?: DeviceId }

/** `all`: whatever fits the filter, whether it has been read or not. */
export type Selection =
  | { readonly type: 'some'; readonly devices: ReadonlyMap<DeviceId, FleetDevice> }
  | { readonly type: 'all' }

export type WipeView = CallResult<'showWipe'>
export type DeviceView = CallResult<'showDevice'>

/** Whom or what an order is for, as its dialog names it before the server has told. */
export type OrderAbout =
  | { readonly type: 'device'; readonly name: string }
  | { readonly type: 'person'; readonly name: string }
  | { readonly type: 'devices' }
  | { readonly type: 'filter' }
  | { readonly type: 'conversations'; readonly name: string }

/** An order that is being written. */
export interface OrderDraft {
  readonly kind: OrderKind
  readonly target: OrderTarget
  readonly about: OrderAbout
  readonly reason: string
  /** What was typed to confirm an order for many. */
  readonly typed: string
  readonly dryRun: DryRun | undefined
  readonly trying: boolean
  readonly giving: boolean
  readonly failure: FailureView | undefined
  /** The devices had changed when the order was given: the dry run was run again. */
  readonly moved: boolean
  /** Whoever gave it has said no when they were asked once more outside the window. */
  readonly declined: boolean
}

export interface OrderList {
  /** Undefined before the first answer. */
  readonly orders: readonly FleetOrder[] | undefined
  readonly awaiting: number
  readonly cursor: string | undefined
  readonly loading: boolean
  readonly failure: FailureView | undefined
}

export interface FleetState {
  readonly view: FleetView
  readonly aside: FleetAside | undefined
  /** As typed; the filter follows once typing pauses. */
  readonly text: string
  readonly filter: FleetFilter
  /** The name that goes with `filter.userId`. */
  readonly personName: string | undefined
  readonly sort: FleetSort
  readonly counts: FleetPage['counts'] | undefined
  readonly devices: RowWindow<FleetDevice>
  /** When a page of devices was last told. */
  readonly toldAtMs: number | undefined
  readonly selection: Selection
  /** More were to be selected one by one than an order takes. */
  readonly selectionFull: boolean
  readonly device: DeviceView | undefined
  readonly wipe: WipeView | undefined
  readonly asideFailure: FailureView | undefined
  readonly orders: OrderList
  /** The order that is shown; its devices are in `orderRows`. */
  readonly order: FleetOrder | undefined
  readonly orderRows: RowWindow<OrderDevice>
  readonly draft: OrderDraft | undefined
}

const nobody: Selection = { type: 'some', devices: new Map() }

export const emptyFleet: FleetState = {
  view: { type: 'devices' },
  aside: undefined,
  text: '',
  filter: {},
  personName: undefined,
  sort: { by: 'person', descending: false },
  counts: undefined,
  devices: emptyRows,
  toldAtMs: undefined,
  selection: nobody,
  selectionFull: false,
  device: undefined,
  wipe: undefined,
  asideFailure: undefined,
  orders: { orders: undefined, awaiting: 0, cursor: undefined, loading: false, failure: undefined },
  order: undefined,
  orderRows: emptyRows,
  draft: undefined,
}

export interface FleetActions extends OrderActions {
  /** Leads to a list or an order; what stood beside it goes. */
  showFleet(view: FleetView): void
  showAside(aside: FleetAside | undefined): void
  /** The devices of one person, whatever was filtered before. */
  showDevicesOf(userId: UserId, name: string): void
  setFleetText(text: string): void
  changeFilter(change: { readonly [K in keyof FleetFilter]?: FleetFilter[K] | undefined }): void
  clearFilter(): void
  /** By this column, and the other way round where it is already. */
  sortFleet(by: FleetSort['by']): void
  /** Rows in view of the list that is shown. */
  lookAtRows(from: number, to: number): void
  /** Asks again for what failed. */
  retryFleet(): void
  /** Takes the device in row `index` into the selection or out of it; `through`: all from the last one taken. */
  selectRow(index: number, through?: boolean): Promise<void>
  selectAllRows(): void
  clearSelection(): void
  readMoreOrders(): Promise<void>
  decideOrder(orderId: OrderId, approve: boolean): Promise<FailureView | undefined>
  saveWipeProof(
    wipeId: WipeId,
    form: CallArgs<'saveWipeProof'>['form'],
  ): Promise<{ readonly saved: boolean } | { readonly failure: FailureView }>
}

export interface OrderActions {
  /** Opens the dialog of an order and runs it dry. */
  beginOrder(order: Pick<OrderDraft, 'kind' | 'target' | 'about'>): void
  /** For what is selected. */
  beginOrderForSelection(kind: OrderKind): void
  beginConversationWipe(conversationId: ConversationId, name: string): void
  writeOrder(change: Partial<Pick<OrderDraft, 'reason' | 'typed'>>): void
  tryOrderAgain(): void
  giveOrder(): Promise<void>
}
