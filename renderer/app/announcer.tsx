// Owns what a screen reader is told without asking: new messages of the open conversation and changes of the connection.
// Always holds: only what arrived since the conversation was opened is told, and only once.

import { type ReactNode, useEffect, useRef, useState } from 'react'
import { lastSeqOf } from '../state/timeline.ts'
import { useTranslator, useWorkspace } from './workspace-context.ts'

export function Announcer(): ReactNode {
  const timeline = useWorkspace((state) => state.timeline)
  const openId = useWorkspace((state) => state.openId)
  const sessionState = useWorkspace((state) => state.session?.state)
  const { t } = useTranslator()
  const told = useRef<{ openId: string | undefined; seq: number }>({ openId: undefined, seq: 0 })
  const [message, setMessage] = useState('')

  useEffect(() => {
    if (timeline === undefined || !timeline.reachesNewest) return
    const seq = lastSeqOf(timeline.messages)
    const before = told.current
    told.current = { openId, seq }
    if (before.openId !== openId || seq <= before.seq) return
    const arrived = timeline.messages.filter((m) => !m.mine && m.seq !== undefined && m.seq > before.seq)
    const last = arrived.at(-1)
    if (last === undefined || last.content.type !== 'text') return
    const text = t('messages.arrived', { name: last.senderName, text: last.content.text.slice(0, 300) })
    setMessage(arrived.length === 1 ? text : `${t('messages.latestCount', { count: arrived.length })}. ${text}`)
  }, [timeline, openId, t])

  const status =
    sessionState === 'live'
      ? t('status.live')
      : sessionState === 'offline'
        ? t('status.offline')
        : sessionState === 'catching-up'
          ? t('status.catchingUp')
          : sessionState === 'update-required'
            ? t('status.updateRequired')
            : ''
  return (
    <>
      <div aria-live="polite" className="visually-hidden">
        {message}
      </div>
      <div aria-live="polite" className="visually-hidden">
        {status}
      </div>
    </>
  )
}
