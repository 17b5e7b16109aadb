// Owns the product's mark: a causeway's two arches over water. Decorative beside the product's name.

import type { ReactNode } from 'react'

export function BrandMark({ size = 40 }: { readonly size?: number }): ReactNode {
  return (
    <svg aria-hidden="true" className="brand-mark" height={size} viewBox="0 0 40 40" width={size}>
      <rect className="brand-mark__ground" height="40" rx="10" width="40" />
      <path className="brand-mark__stroke" d="M7 13.5h26M10 24v-3a5 5 0 0 1 10 0v3m0-3a5 5 0 0 1 10 0v3" />
      <path
        className="brand-mark__water"
        d="M8 29c2 0 2-1.4 4-1.4s2 1.4 4 1.4 2-1.4 4-1.4 2 1.4 4 1.4 2-1.4 4-1.4 2 1.4 4 1.4"
      />
    </svg>
  )
}
