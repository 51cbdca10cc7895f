import { Link, type LinkProps } from '@tanstack/react-router'
import { type ReactNode, useLayoutEffect, useRef } from 'react'
import style from './subnav.module.css'

export interface Subplace {
  readonly label: ReactNode
  readonly to: LinkProps['to']
  readonly search?: object
  readonly here: boolean
}

/** Screens, or views of one, that belong together: a line of links below the title. Where it is too long, the one that is open is seen. */
export function Subnav({
  label,
  places,
}: {
  readonly label: string
  readonly places: readonly Subplace[]
}): ReactNode {
  const nav = useRef<HTMLElement>(null)
  const open = places.findIndex(({ here }) => here)
  useLayoutEffect(() => {
    const line = nav.current
    const link = line?.children[open]
    if (line === null || !(link instanceof HTMLElement)) return
    // It says its width at once, too, and again when a phone is turned.
    const observer = new ResizeObserver(() => {
      line.scrollLeft = link.offsetLeft - (line.clientWidth - link.offsetWidth) / 2
    })
    observer.observe(line)
    return () => observer.disconnect()
  }, [open])
  return (
    <nav ref={nav} aria-label={label} className={style.nav}>
      {places.map(({ label: text, to, search, here }, index) => (
        <Link
          // biome-ignore lint/suspicious/noArrayIndexKey: they never move
          key={index}
          to={to as '/'}
          search={(search ?? {}) as never}
          className={style.link}
          aria-current={here ? 'page' : undefined}
          // Longer addresses are not this place for the router; `here` says whether they are.
          activeOptions={{ exact: true, includeSearch: search !== undefined }}
        >
          {text}
        </Link>
      ))}
    </nav>
  )
}
