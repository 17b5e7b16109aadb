// Owns text that people wrote (names, bodies, topics): it bears the language its characters tell, so that Han glyphs are
// of the right script. Always holds: the text is a text node, never markup.

import type { ReactNode } from 'react'
import { useTranslator } from '../app/workspace-context.ts'
import { languageOf } from '../text/script.ts'

interface TextProps {
  readonly children: string
  readonly className?: string
  readonly id?: string
}

export function Text({ children, className, id }: TextProps): ReactNode {
  const { language } = useTranslator()
  return (
    <span className={className} id={id} lang={languageOf(children, language)}>
      {children}
    </span>
  )
}
