import { Button, Code, Group as Row, SegmentedControl, Stack, Text, Textarea } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { printRule } from '../../../engine/audience/segment/print.ts'
import { call } from '../api/client.ts'
import { useWords } from '../words/index.tsx'
import { RuleLine } from './line.tsx'
import style from './rules.module.css'
import { emptyGroup, emptyLine, type Group, groupOf, type Rule, textOf, withRow } from './tree.ts'

/** A rule, made of conditions or written. `value` is its text (docs/audience.md), null where nothing is asked; so is what `onChange` gives,
 *  which comes with every change that makes it another rule. What is not complete is not in it. `needed`: to ask nothing is no rule there,
 *  and whoever asks for one says so. */
export function RuleBuilder({
  value,
  onChange,
  needed = false,
}: {
  readonly value: string | null
  readonly onChange: (rule: string | null) => void
  readonly needed?: boolean
}): ReactNode {
  const words = useWords().rules
  const [written, setWritten] = useState(false)
  const [group, setGroup] = useState<Group | null>(value === null ? emptyGroup() : null)
  // What the rows say; anything else came from outside and is read anew.
  const said = useRef(value === null ? null : (undefined as string | null | undefined))
  const foreign = value !== said.current
  const check = useRuleCheck(foreign ? value : null)
  useEffect(() => {
    if (!foreign) return
    if (value === null) setGroup(emptyGroup())
    else if (check.tree !== null) setGroup(groupOf(check.tree))
    else return
    said.current = value
  }, [foreign, value, check.tree])
  const change = (next: Group): void => {
    setGroup(next)
    const text = textOf(next)
    if (text === said.current) return
    said.current = text
    onChange(text)
  }
  const wrong = check.problems.length > 0
  return (
    <Stack gap="xs">
      <Row justify="space-between">
        <SegmentedControl
          size="xs"
          aria-label={words.form}
          data={[
            { value: 'rows', label: words.asRows },
            { value: 'text', label: words.asText },
          ]}
          value={written || wrong ? 'text' : 'rows'}
          onChange={(next) => setWritten(next === 'text')}
        />
        {group !== null && group.rows.length > 1 && !written && (
          <JoinControl group={group} onChange={change} />
        )}
      </Row>
      {written || wrong ? (
        <RuleText value={value} onChange={(text) => onChange(text)} />
      ) : (
        group !== null && (
          <>
            <GroupRows group={group} onChange={change} depth={0} />
            {group.rows.length === 0 && !needed && (
              <Text size="sm" c="dimmed">
                {words.none}
              </Text>
            )}
          </>
        )
      )}
    </Stack>
  )
}

const JoinControl = ({
  group,
  onChange,
}: {
  readonly group: Group
  readonly onChange: (group: Group) => void
}): ReactNode => {
  const words = useWords().rules
  return (
    <SegmentedControl
      size="xs"
      aria-label={words.joinLabel}
      data={[
        { value: 'and', label: words.all },
        { value: 'or', label: words.any },
        { value: 'not and', label: words.notAll },
        { value: 'not or', label: words.noneOf },
      ]}
      value={`${group.not ? 'not ' : ''}${group.join}`}
      onChange={(next) =>
        onChange({ ...group, not: next.startsWith('not'), join: next.endsWith('or') ? 'or' : 'and' })
      }
    />
  )
}

function GroupRows({
  group,
  onChange,
  depth,
}: {
  readonly group: Group
  readonly onChange: (group: Group) => void
  readonly depth: number
}): ReactNode {
  const { rules: words } = useWords()
  const place = useRef<HTMLDivElement>(null)
  const add = (row: Group['rows'][number]): void => {
    onChange({ ...group, rows: [...group.rows, row] })
    // The new row's first field: whoever adds one goes on there.
    requestAnimationFrame(() =>
      place.current?.querySelector<HTMLElement>(`[data-row="${row.id}"] input`)?.focus(),
    )
  }
  const remove = (id: string): void => onChange(withRow(group, id, () => null))
  return (
    <div ref={place} className={depth === 0 ? style.rows : style.nested}>
      {group.rows.map((row, index) => (
        <div key={row.id} data-row={row.id} className={style.row}>
          {group.rows.length > 1 && (
            <span className={style.join} aria-hidden={index === 0}>
              {index === 0 ? '' : words.joins[group.join]}
            </span>
          )}
          {row.kind === 'line' && (
            <RuleLine
              line={row}
              onChange={(line) => onChange(withRow(group, row.id, () => line))}
              onRemove={() => remove(row.id)}
            />
          )}
          {row.kind === 'kept' && (
            <Row gap="xs">
              <Code>{printRule(row.rule)}</Code>
              <Button variant="subtle" color="gray" onClick={() => remove(row.id)}>
                <IconX size={14} aria-label={words.removeCondition} />
              </Button>
            </Row>
          )}
          {row.kind === 'group' && (
            <Stack gap={6} style={{ flex: 1, minWidth: 0 }}>
              <Row gap="xs">
                <JoinControl group={row} onChange={(next) => onChange(withRow(group, row.id, () => next))} />
                <Button variant="subtle" color="gray" onClick={() => remove(row.id)}>
                  {words.removeGroup}
                </Button>
              </Row>
              <GroupRows
                group={row}
                onChange={(next) => onChange(withRow(group, row.id, () => next))}
                depth={depth + 1}
              />
            </Stack>
          )}
        </div>
      ))}
      <Row gap="xs">
        <Button variant="default" leftSection={<IconPlus size={14} />} onClick={() => add(emptyLine())}>
          {words.add}
        </Button>
        {depth < 3 && (
          <Button variant="subtle" color="gray" onClick={() => add(emptyGroup([emptyLine()]))}>
            {words.addGroup}
          </Button>
        )}
      </Row>
    </div>
  )
}

/** The rule as text, with what is wrong and where. It is passed on as it is typed; whoever takes it checks it as well. */
function RuleText({
  value,
  onChange,
}: {
  readonly value: string | null
  readonly onChange: (rule: string | null) => void
}): ReactNode {
  const words = useWords().rules
  const { problems } = useRuleCheck(value)
  const [first] = problems
  return (
    <Textarea
      aria-label={words.text}
      description={words.textHint}
      autosize
      minRows={3}
      spellCheck={false}
      styles={{ input: { fontFamily: 'var(--mono)', fontSize: 12.5 } }}
      value={value ?? ''}
      onChange={({ currentTarget }) =>
        onChange(currentTarget.value.trim() === '' ? null : currentTarget.value)
      }
      error={first === undefined ? null : `${words.at(first.line, first.column)} ${first.message}`}
    />
  )
}

/** What the daemon says of a rule. Neither while it is asked, nor of none. */
function useRuleCheck(rule: string | null): {
  readonly tree: Rule | null
  readonly problems: readonly { readonly line: number; readonly column: number; readonly message: string }[]
} {
  const [asked] = useDebouncedValue(rule, 200)
  const { data } = useQuery({
    queryKey: ['POST /segments/check', asked],
    queryFn: ({ signal }) => call('POST /segments/check', { body: { rule: asked! }, signal }),
    enabled: asked !== null,
    staleTime: 60_000,
  })
  const current = asked === rule && rule !== null ? data : undefined
  return { tree: (current?.tree ?? null) as Rule | null, problems: current?.problems ?? [] }
}
