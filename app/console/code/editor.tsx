import type { EditorView } from '@codemirror/view'
import { Skeleton } from '@mantine/core'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useWords } from '../words/index.tsx'
import style from './editor.module.css'
import type { LiquidContext } from './liquid.ts'
import type { Problem } from './mirror.ts'

type Library = typeof import('./mirror.ts')

/** A source with Liquid in it: completion, and `problems` as marks at their lines. It holds what is typed; `value` from outside replaces
 *  it only where it is another text. */
export function CodeEditor({
  label,
  value,
  onChange,
  problems = [],
  context = {},
  height = 420,
  singleLine = false,
  readOnly = false,
}: {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly problems?: readonly Problem[]
  readonly context?: LiquidContext
  /** In points, or any CSS length. */
  readonly height?: number | string
  /** One line, such as a subject. */
  readonly singleLine?: boolean
  readonly readOnly?: boolean
}): ReactNode {
  const { code: words } = useWords()
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView | null>(null)
  const [library, setLibrary] = useState<Library | null>(null)
  const latest = useRef({ onChange, context, value })
  useEffect(() => {
    latest.current = { onChange, context, value }
  })
  useEffect(() => {
    let here = true
    void import('./mirror.ts').then((loaded) => here && setLibrary(loaded))
    return () => {
      here = false
    }
  }, [])
  useEffect(() => {
    if (library === null || place.current === null) return
    const opened = library.openMirror(place.current, {
      label,
      value: latest.current.value,
      singleLine,
      readOnly,
      words,
      context: () => latest.current.context,
      onChange: (text) => latest.current.onChange(text),
    })
    view.current = opened
    return () => {
      view.current = null
      opened.destroy()
    }
  }, [library, label, singleLine, readOnly, words])
  useEffect(() => {
    if (library !== null && view.current !== null) library.setText(view.current, value)
  }, [library, value])
  // By what they say: a list made anew with each render is no news.
  const said = JSON.stringify(problems)
  useEffect(() => {
    if (library !== null && view.current !== null)
      library.showProblems(view.current, JSON.parse(said) as readonly Problem[])
  }, [library, said])
  return (
    <div
      className={style.frame}
      style={{ height: singleLine ? undefined : height }}
      data-invalid={problems.length > 0}
    >
      {library === null ? (
        <Skeleton h={singleLine ? 31 : '100%'} />
      ) : (
        <div ref={place} className={singleLine ? undefined : style.fill} />
      )}
    </div>
  )
}
