// Owns the screen of a desktop that the organisation has signed out: by whom, why, that nothing is lost, and the way back.
// Always holds: it never looks like a wipe; it shows nothing of the workspace but its name and what IT wrote.

import { LogOut } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { Text } from '../components/text.tsx'
import { EnrolForm } from './enrol-screen.tsx'
import { ScreenCard } from './screen-card.tsx'

/** A code of somebody else finds this desktop taken: that says nothing about names. */
const wordsOf = { 'already-exists': 'signedOut.otherPerson' } as const

export function SignedOutScreen(): ReactNode {
  const signOut = useWorkspace((state) => state.session?.signOut)
  const { t, full } = useTranslator()
  if (signOut === undefined) return undefined
  const { workspaceName, issuedBy, reason, atMs, serverUrl } = signOut
  return (
    <ScreenCard
      icon={
        <span aria-hidden="true" className="screen__icon">
          <LogOut />
        </span>
      }
      testId="signed-out-screen"
      title={workspaceName === '' ? t('signedOut.titleNoName') : t('signedOut.title', { workspace: workspaceName })}
    >
      <p>{t('signedOut.body')}</p>
      <dl className="screen__facts">
        <div>
          <dt>{t('signedOut.reason')}</dt>
          <dd data-testid="sign-out-reason">
            <Text>{reason}</Text>
          </dd>
        </div>
        <div>
          <dt>{t('signedOut.by')}</dt>
          <dd data-testid="sign-out-issuer">
            <Text>{issuedBy}</Text>
          </dd>
        </div>
        <div>
          <dt>{t('signedOut.at')}</dt>
          <dd>{full(atMs)}</dd>
        </div>
      </dl>
      <section className="screen__part screen__again">
        <h2>{t('signedOut.enrol')}</h2>
        <p>{t('signedOut.todo')}</p>
        <EnrolForm autoFocus={false} serverUrl={serverUrl} wordsOf={wordsOf} />
      </section>
    </ScreenCard>
  )
}
