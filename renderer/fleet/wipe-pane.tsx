// Owns the page of one wipe: whether its proof holds, what the desktop says it did, what the server saw, what none of it can
// prove, and saving it. Always holds: what is claimed and what was witnessed are told apart; a proof that does not verify is
// never made to look like one.

import { CircleAlert, FileJson, FileText, Hourglass, ShieldAlert, ShieldCheck } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { FailureView } from '../../shared/bridge.ts'
import { times } from '../../shared/limits.ts'
import type { WipeId } from '../../shared/model.ts'
import { useAct } from '../app/act.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { ActButton } from '../components/act-button.tsx'
import { ProblemLine } from '../components/problem-line.tsx'
import { StateMessage } from '../components/state-message.tsx'
import { Text } from '../components/text.tsx'
import type { WipeView } from '../state/fleet-state.ts'
import { Aside, AsideSkeleton, Fact } from './aside.tsx'
import './wipe-pane.css'

export function WipePane({ wipeId }: { readonly wipeId: WipeId }): ReactNode {
  const wipe = useWorkspace((state) => state.fleet.wipe)
  const aside = useWorkspace((state) => state.fleet.aside)
  const failure = useWorkspace((state) => state.fleet.asideFailure)
  const { showAside, retryFleet } = useActions()
  const translator = useTranslator()
  const { t } = translator
  const from = aside?.type === 'wipe' ? aside.deviceId : undefined
  const title =
    wipe === undefined
      ? t('wipe.label')
      : t(wipe.conversations === undefined ? 'wipe.ofDevice' : 'wipe.ofConversations', { device: wipe.device.name })
  return (
    <Aside
      closeLabel={t('wipe.close')}
      label={t('wipe.label')}
      testId="wipe-pane"
      title={title}
      {...(from === undefined
        ? {}
        : { back: { label: t('wipe.back'), onBack: () => showAside({ type: 'device', deviceId: from }) } })}
    >
      {wipe === undefined ? (
        failure === undefined ? (
          <AsideSkeleton label={t('wipe.loading')} />
        ) : (
          <div role="alert">
            <StateMessage body={translator.failure(failure.code)} compact icon={CircleAlert} title={t('wipe.failed')}>
              <button className="button" onClick={retryFleet} type="button">
                {t('screen.retry')}
              </button>
            </StateMessage>
          </div>
        )
      ) : (
        <>
          <Verdict wipe={wipe} />
          {wipe.receivedAtMs !== undefined && (
            <SaveProof isProof={wipe.verdict === 'verified'} key={wipeId} wipeId={wipeId} />
          )}
          <OrderFacts wipe={wipe} />
          <ServerFacts wipe={wipe} />
          {wipe.receiptSays !== undefined && <Claims says={wipe.receiptSays} />}
          <section className="wipe__limits">
            <h3>{t('wipe.limits')}</h3>
            <p>{t('wipe.limits.body')}</p>
          </section>
        </>
      )}
    </Aside>
  )
}

const verdicts = {
  open: { icon: Hourglass, tone: 'plain' },
  verified: { icon: ShieldCheck, tone: 'good' },
  'not-verified': { icon: ShieldAlert, tone: 'danger' },
} as const

function Verdict({ wipe: { verdict, status } }: { readonly wipe: WipeView }): ReactNode {
  const { t } = useTranslator()
  const { icon: Icon, tone } = verdicts[verdict]
  const body =
    verdict === 'open'
      ? t(status === 'pending' ? 'wipe.verdict.open.body.pending' : 'wipe.verdict.open.body.delivered')
      : t(`wipe.verdict.${verdict}.body`)
  return (
    <div className="verdict" data-testid="wipe-verdict" data-tone={tone} data-verdict={verdict} role="status">
      <Icon aria-hidden="true" />
      <div>
        <p className="verdict__title">{t(`wipe.verdict.${verdict}`)}</p>
        <p>{body}</p>
      </div>
    </div>
  )
}

function OrderFacts({ wipe }: { readonly wipe: WipeView }): ReactNode {
  const { t, list } = useTranslator()
  return (
    <dl className="fleet-facts">
      <Fact label={t('wipe.reason')}>
        <Text>{wipe.reason}</Text>
      </Fact>
      <Fact label={t('wipe.orderedBy')}>
        <Text>{wipe.orderedBy}</Text>
      </Fact>
      {wipe.approvedBy !== undefined && (
        <Fact label={t('wipe.approvedBy')}>
          <Text>{wipe.approvedBy}</Text>
        </Fact>
      )}
      {wipe.conversations !== undefined && (
        <Fact label={t('wipe.conversations')}>
          <Text>{list(wipe.conversations.map(({ name }) => name))}</Text>
        </Fact>
      )}
    </dl>
  )
}

function ServerFacts({ wipe }: { readonly wipe: WipeView }): ReactNode {
  const { t, full } = useTranslator()
  const { issuedAtMs, deliveredAtMs, receivedAtMs } = wipe
  const at = (atMs: number | undefined) => (atMs === undefined ? t('wipe.notYet') : full(atMs))
  return (
    <section>
      <h3 className="details__heading">{t('wipe.server')}</h3>
      <dl className="fleet-facts tabular">
        <Fact label={t('wipe.issued')}>{at(issuedAtMs)}</Fact>
        <Fact label={t('wipe.delivered')}>{at(deliveredAtMs)}</Fact>
        <Fact label={t('wipe.countersigned')}>{at(receivedAtMs)}</Fact>
      </dl>
    </section>
  )
}

function Claims({ says }: { readonly says: NonNullable<WipeView['receiptSays']> }): ReactNode {
  const { t, number, size, full } = useTranslator()
  const since = (atMs: number) =>
    t('wipe.took', {
      seconds: number(Math.round(Math.max(0, atMs - says.startedAtMs) / 10) / (times.SECOND_MS / 10)),
    })
  return (
    <section>
      <h3 className="details__heading">{t('wipe.says')}</h3>
      <dl className="fleet-facts tabular" data-testid="wipe-says">
        <Fact label={t('wipe.outcome')} testId="wipe-outcome">
          {t(`wipe.outcome.${says.outcome}`, { count: says.filesLeft })}
        </Fact>
        <Fact label={t('wipe.keys')}>{number(says.destroyed)}</Fact>
        <Fact label={t('wipe.files')}>
          {t('wipe.filesValue', { count: says.filesRemoved, size: size(says.bytesRemoved) })}
        </Fact>
        <Fact label={t('wipe.started')}>{full(says.startedAtMs)}</Fact>
        <Fact label={t('wipe.keysGone')}>{since(says.unreadableAtMs)}</Fact>
        <Fact label={t('wipe.finished')}>{since(says.finishedAtMs)}</Fact>
        {says.attempts > 1 && <Fact label={t('wipe.attempts')}>{number(says.attempts)}</Fact>}
      </dl>
      <p className="wipe__claimed">{t('wipe.claimed')}</p>
    </section>
  )
}

interface SaveProofProps {
  readonly wipeId: WipeId
  /** Without one there is nothing to certify; the documents are for whoever looks into it. */
  readonly isProof: boolean
}

function SaveProof({ wipeId, isProof }: SaveProofProps): ReactNode {
  const { saveWipeProof } = useActions()
  const { t } = useTranslator()
  const { busy, failure, run } = useAct()
  const [isSaved, setSaved] = useState(false)
  const save = (form: 'certificate' | 'documents') =>
    void run(async (): Promise<FailureView | undefined> => {
      setSaved(false)
      const answer = await saveWipeProof(wipeId, form)
      if ('failure' in answer) return answer.failure
      // Whoever closes the system's dialog has not saved, and knows it.
      setSaved(answer.saved)
      return undefined
    })
  return (
    <div className="wipe__save">
      {isProof && (
        <ActButton busy={busy} data-testid="save-certificate" onClick={() => save('certificate')}>
          <FileText aria-hidden="true" />
          {t('wipe.saveCertificate')}
        </ActButton>
      )}
      <ActButton busy={busy} data-testid="save-documents" onClick={() => save('documents')}>
        <FileJson aria-hidden="true" />
        {t('wipe.saveDocuments')}
      </ActButton>
      <p className="wipe__saved" data-testid="proof-saved" role="status">
        {isSaved ? t('wipe.saved') : ''}
      </p>
      <ProblemLine failure={failure} />
    </div>
  )
}
