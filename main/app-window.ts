// Owns telling window and host that something has changed: events thinned out, badge and tray after them.
// Always holds: the last state is always told.

import type { SessionView } from '../shared/bridge.ts'
import { limits } from '../shared/limits.ts'
import { type Changes, createCoalescer } from './coalesce.ts'
import type { Clock } from './session/session.ts'
import type { Shell } from './shell/shell.ts'
import type { Store } from './store/store.ts'

export interface AppWindowParts {
  readonly shell: Pick<Shell, 'emit' | 'showStatus'>
  readonly clock: Clock
  readonly view: () => SessionView
  readonly store: () => Pick<Store, 'unread'> | undefined
}

export interface AppWindow {
  readonly changes: Changes
  /** The list has changed, and with it perhaps how many messages wait. */
  listChanged(): void
  stateChanged(): void
}

export function createAppWindow({ shell, clock, view, store }: AppWindowParts): AppWindow {
  const changes = createCoalescer(clock, limits.changeEventMs, {
    session: () => shell.emit('sessionChanged', view()),
    list() {
      shell.emit('conversationsChanged', {})
      showStatus()
    },
    conversation: (conversationId) => shell.emit('messagesChanged', { conversationId }),
    attachments: (conversationId) => shell.emit('attachmentsChanged', { conversationId }),
  })
  function showStatus(): void {
    shell.showStatus({ unread: store()?.unread() ?? 0, state: view().state })
  }
  return {
    changes,
    listChanged() {
      changes.list()
      changes.session()
    },
    stateChanged() {
      changes.session()
      showStatus()
    },
  }
}
