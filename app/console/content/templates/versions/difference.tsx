import { Button, Group, Text, Title, VisuallyHidden } from '@mantine/core'
import { IconArrowsVertical } from '@tabler/icons-react'
import { type ReactNode, useMemo, useState } from 'react'
import { useFormat, useWords } from '../../../words/index.tsx'
import type { Draft } from '../draft.ts'
import { type Changes, changesOf, foldsOf } from './changes.ts'
import type { Line } from './lines.ts'
import style from './versions.module.css'

type Part = Changes['parts'][number]

// More at once is nothing that anybody reads, and slow to draw.
const mostLines = 2000

/** Line by line what became of `before`, part by part. */
export function Difference({ before, after }: { readonly before: Draft; readonly after: Draft }): ReactNode {
  const { content } = useWords()
  const words = content.templates
  const changes = useMemo(() => changesOf(before, after), [before, after])
  const said = {
    name: (value: string) => value,
    kind: (value: string) => words.oneOf[value as Draft['kind']],
    format: (value: string) => content.formats[value as Draft['format']],
  }
  const labelOf = ({ part, language }: Part): string => {
    const label = part === 'body' ? content.formats[after.format] : words[part]
    return language === null ? label : `${label} · ${language}`
  }
  if (changes.facts.length + changes.parts.length === 0)
    return (
      <Text size="sm" c="dimmed" py="lg" ta="center">
        {words.versions.same}
      </Text>
    )
  return (
    <>
      {changes.facts.map(({ fact, before: was, after: is }) => (
        <Group key={fact} gap="xs" fz="sm">
          <Text span size="sm" fw={550}>
            {words[fact]}
          </Text>
          <del className={style.wordWas}>{said[fact](was)}</del>
          <span aria-hidden>→</span>
          <ins className={style.wordIs}>{said[fact](is)}</ins>
        </Group>
      ))}
      {changes.parts.map((part) => (
        <PartDifference key={`${part.part} ${part.language}`} label={labelOf(part)} part={part} />
      ))}
    </>
  )
}

function PartDifference({ label, part }: { readonly label: string; readonly part: Part }): ReactNode {
  const { versions: words } = useWords().content.templates
  const format = useFormat()
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set())
  const [most, setMost] = useState(mostLines)
  const folds = useMemo(() => foldsOf(part.lines.slice(0, most)), [part, most])
  const left = part.lines.length - most
  return (
    <section className={style.part} aria-label={label}>
      <Group justify="space-between" className={style.partHead!}>
        <Title order={3} fz="sm" fw={580}>
          {label}
        </Title>
        <Text size="xs" ff="monospace" data-numbers>
          <span aria-hidden>
            <span className={style.came}>+{format.count(part.added)}</span>{' '}
            <span className={style.went}>−{format.count(part.removed)}</span>
          </span>
          <VisuallyHidden>{words.sum(format.count(part.added), format.count(part.removed))}</VisuallyHidden>
        </Text>
      </Group>
      <div className={style.lines}>
        {folds.map(({ lines, folded }) => {
          const first = lines[0]?.after ?? 0
          return folded && !open.has(first) ? (
            <button
              key={first}
              type="button"
              className={style.fold}
              onClick={() => setOpen(new Set([...open, first]))}
            >
              <IconArrowsVertical size={13} aria-hidden />
              {words.alike(lines.length, format.count(lines.length))}
            </button>
          ) : (
            lines.map((line) => <OneLine key={`${line.before} ${line.after}`} line={line} />)
          )
        })}
      </div>
      {left > 0 && (
        <Button variant="subtle" m={4} onClick={() => setMost(Number.POSITIVE_INFINITY)}>
          {words.rest(left, format.count(left))}
        </Button>
      )}
    </section>
  )
}

function OneLine({ line }: { readonly line: Line }): ReactNode {
  const { versions: words } = useWords().content.templates
  const { before, after, text, differs } = line
  const [Tag, kind, sign, said] =
    before === null
      ? (['ins', style.is, '+', words.added] as const)
      : after === null
        ? (['del', style.was, '−', words.removed] as const)
        : (['span', undefined, '', null] as const)
  return (
    <div className={`${style.line} ${kind ?? ''}`}>
      <span className={style.number} aria-hidden>
        {before}
      </span>
      <span className={style.number} aria-hidden>
        {after}
      </span>
      <span className={style.sign} aria-hidden>
        {sign}
      </span>
      <Tag className={style.code}>
        {said !== null && <VisuallyHidden>{said} </VisuallyHidden>}
        {differs === null ? (
          text
        ) : (
          <>
            {text.slice(0, differs[0])}
            <mark className={style.mark}>{text.slice(...differs)}</mark>
            {text.slice(differs[1])}
          </>
        )}
      </Tag>
    </div>
  )
}
