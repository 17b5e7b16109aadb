// Owns the button above the list that leads to new conversations and to open channels.

import { Plus } from 'lucide-react'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { useTranslator } from '../app/workspace-context.ts'
import { IconButton } from '../components/icon-button.tsx'

const NewMenuList = lazy(async () => ({ default: (await import('./menus.tsx')).NewMenuList }))

export function NewMenu(): ReactNode {
  const { t } = useTranslator()
  const [anchor, setAnchor] = useState<HTMLElement>()
  return (
    <>
      <IconButton
        aria-expanded={anchor !== undefined}
        aria-haspopup="menu"
        data-testid="new-menu"
        icon={Plus}
        label={t('create.title')}
        onClick={(event) => setAnchor(event.currentTarget)}
      />
      <Suspense>
        {anchor !== undefined && <NewMenuList anchor={anchor} onClose={() => setAnchor(undefined)} />}
      </Suspense>
    </>
  )
}
