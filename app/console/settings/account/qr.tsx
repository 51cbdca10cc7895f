import type { ReactNode } from 'react'
import { encode } from 'uqr'

/** A text as a QR code: dark on white in any appearance, since cameras look for that. */
export function Qr({
  text,
  label,
  size = 176,
}: {
  readonly text: string
  readonly label: string
  readonly size?: number
}): ReactNode {
  const { data, size: cells } = encode(text, { ecc: 'M', border: 2 })
  const path = data
    .flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])))
    .join('')
  return (
    <svg
      role="img"
      aria-label={label}
      width={size}
      height={size}
      viewBox={`0 0 ${cells} ${cells}`}
      shapeRendering="crispEdges"
      style={{ background: '#fff', borderRadius: 6, border: '1px solid var(--line)', flexShrink: 0 }}
    >
      <path d={path} fill="#000" />
    </svg>
  )
}
