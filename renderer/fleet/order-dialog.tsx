// Owns the dialog in which an order is written: what it does, what it is for by a dry run, why, and the gates before it.
// Always holds: what is ordered is what the dry run shows; a wipe and a sign-out look different from the first glance; a no
// outside the window is no alarm.

import { Check, Info, LogOut, ShieldX } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { limits } from '../../shared/limits.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { ActButton } from '../components/act-button.tsx'
import { ModalDialog } from '../components/modal-dialog.tsx'
import { ProblemLine } from '../components/problem-line.tsx'
import type { Translator } from '../i18n/translator.ts'
import type { OrderDraft } from '../state/fleet-state.ts'
import { gateOf, isCount, needsTyping } from '../state/order-draft.ts'
import { DryRunView } from './dry-run-view.tsx'
import './order-dialog.css'

/** What an order does, by what it is: sentences of their own for each. */
const consequences = {
  wipe: ['order.wipe.keys', 'order.wipe.unsent', 'order.wipe.reaches', 'order.wipe.silent'],
  conversations: [
    'order.conversations.keys',
    'order.conversations.unsent',
    'order.conversations.archive',
    'order.conversations.reaches',
  ],
  'sign-out': ['order.sign-out.kept', 'order.sign-out.closes', 'order.sign-out.back'],
} as const

function whatOf({ kind, target }: OrderDraft): keyof typeof consequences {
  return kind === 'wipe' && target.type === 'conversations' ? 'conversations' : kind
}

function titleOf(draft: OrderDraft, total: number, { t }: Translator): string {
  const { kind, about, dryRun, target } = draft
  const named = target.type === 'devices' ? target.deviceIds.length : total
  const values = { count: dryRun?.devices ?? named, name: 'name' in about ? about.name : '' }
  if (about.type !== 'conversations') return t(`order.title.${kind}.${about.type}`, values)
  return t('order.title.wipe.conversations', values)
}

export function OrderDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const draft = useWorkspace((state) => state.fleet.draft)
  const total = useWorkspace((state) => state.fleet.devices.total ?? 0)
  const translator = useTranslator()
  if (draft === undefined) return undefined
  // Asked outside the window, they answer there first.
  const close = () => (draft.giving ? undefined : onClose())
  return (
    <ModalDialog onClose={close} testId="order-dialog" title={titleOf(draft, total, translator)} wide>
      <Writing draft={draft} onClose={close} />
    </ModalDialog>
  )
}

interface WritingProps {
  readonly draft: OrderDraft
  readonly onClose: () => void
}

function Writing({ draft, onClose }: WritingProps): ReactNode {
  const { writeOrder, giveOrder } = useActions()
  const { t, number } = useTranslator()
  const id = useId()
  const what = whatOf(draft)
  const { kind, reason, typed, dryRun, failure, giving, moved, declined } = draft
  const gate = gateOf(draft)
  const count = dryRun?.devices ?? 0
  const isWrong = typed !== '' && !isCount(typed, count)
  const Icon = kind === 'wipe' ? ShieldX : LogOut
  return (
    <>
      <div className="modal__body order" data-kind={kind} data-testid="order-body">
        <section className="order__what" data-testid="order-consequences">
          <p className="order__lead">
            <Icon aria-hidden="true" />
            {t(`order.${what}.lead`)}
          </p>
          <ul>
            {consequences[what].map((key) => (
              <li key={key}>{t(key)}</li>
            ))}
          </ul>
        </section>
        {moved && (
          <p className="order__note" data-testid="order-moved" role="alert">
            <Info aria-hidden="true" />
            {t('order.moved')}
          </p>
        )}
        <DryRunView draft={draft} what={what} />
        <div className="labelled">
          <label className="labelled__label" htmlFor={`${id}-reason`}>
            {t('order.reason')}
          </label>
          <textarea
            aria-describedby={`${id}-reason-hint`}
            // biome-ignore lint/a11y/noAutofocus: the dialog is opened to write it.
            autoFocus
            className="input"
            data-testid="order-reason"
            id={`${id}-reason`}
            maxLength={limits.reasonChars}
            onChange={(event) => writeOrder({ reason: event.target.value })}
            placeholder={t(`order.reasonExample.${what}`)}
            readOnly={giving}
            rows={2}
            value={reason}
          />
          <p className="labelled__hint" id={`${id}-reason-hint`}>
            {t('order.reasonHint')}
          </p>
        </div>
        {needsTyping(draft) && dryRun !== undefined && dryRun.devices > 0 && (
          <div className="labelled">
            <label className="labelled__label" htmlFor={`${id}-typed`}>
              {t('order.confirm', { count: number(dryRun.devices) })}
            </label>
            <span className="order__typed">
              <input
                aria-invalid={isWrong}
                autoComplete="off"
                className="input tabular"
                data-testid="order-typed"
                id={`${id}-typed`}
                inputMode="numeric"
                onChange={(event) => writeOrder({ typed: event.target.value })}
                readOnly={giving}
                value={typed}
              />
              {typed !== '' && !isWrong && <Check aria-hidden="true" />}
            </span>
          </div>
        )}
        <ProblemLine failure={dryRun === undefined ? undefined : failure} />
      </div>
      <footer className="modal__footer">
        <span aria-live="polite" className="modal__note" data-testid="order-note">
          {giving
            ? t('order.giving')
            : declined
              ? t('order.declined')
              : dryRun?.needsApproval === true
                ? dryRun.approvalAbove === 0
                  ? t('order.approvalAlways')
                  : t('order.approval', { count: dryRun.approvalAbove })
                : ''}
        </span>
        <button
          aria-disabled={giving || undefined}
          className="button"
          data-testid="order-cancel"
          onClick={onClose}
          type="button"
        >
          {t('applock.cancel')}
        </button>
        <ActButton
          busy={giving}
          className={kind === 'wipe' ? 'button button--danger' : 'button button--primary'}
          data-gate={gate}
          data-testid="order-submit"
          onClick={() => void giveOrder()}
          unready={gate !== 'ready'}
        >
          <Icon aria-hidden="true" />
          {submitText(draft, what, t)}
        </ActButton>
      </footer>
    </>
  )
}

function submitText({ dryRun, kind }: OrderDraft, what: keyof typeof consequences, t: Translator['t']): string {
  if (dryRun === undefined || dryRun.devices === 0) return t(`order.submit.plain.${kind}`)
  if (dryRun.needsApproval) return t('order.submit.ask')
  return t(`order.submit.${what}`, { count: dryRun.devices })
}
