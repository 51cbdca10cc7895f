import { Badge } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react'
import type { Answer } from '../../../api/client.ts'
import { Time } from '../../../parts/time.tsx'
import { useFormat, useWords } from '../../../words/index.tsx'
import style from './versions.module.css'

export type Head = Answer<'GET /templates/{idOrName}/versions'>['data'][number]

/** The versions of a template, newest first; arrows go from one to the next. */
export function VersionList({
  name,
  heads,
  chosen,
}: {
  readonly name: string
  readonly heads: readonly Head[]
  readonly chosen: number
}): ReactNode {
  const words = useWords().content.templates
  const format = useFormat()
  const current = useRef<HTMLAnchorElement>(null)
  useEffect(() => {
    current.current?.focus()
  }, [])
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    const links = [...event.currentTarget.querySelectorAll('a')]
    const next = links[links.indexOf(document.activeElement as HTMLAnchorElement) + step]
    if (next === undefined) return
    event.preventDefault()
    next.focus()
    next.click()
  }
  return (
    <nav className={style.list} aria-label={words.versions.list}>
      <ul onKeyDown={onKeyDown}>
        {heads.map(({ version, at, author }, index) => (
          <li key={version}>
            <Link
              to="/templates/$name"
              params={{ name }}
              search={(before) => ({ ...before, version }) as never}
              replace
              className={style.item!}
              {...(version === chosen && { 'aria-current': true, ref: current })}
            >
              <span className={style.itemHead}>
                {words.versionIs(format.count(version))}
                {index === 0 && (
                  <Badge size="sm" color="teal">
                    {words.versions.present}
                  </Badge>
                )}
              </span>
              <span className={style.itemFoot}>
                <span className={style.author} title={author ?? undefined}>
                  {author ?? words.versions.nobodyKnows}
                </span>
                <Time at={at} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
