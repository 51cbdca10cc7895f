import { Button, Group, SegmentedControl, Select, Stack, Switch, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, type ReactNode, useState } from 'react'
import type { Refusal } from '../../api/client.ts'
import { read } from '../../api/queries.ts'
import { CodeEditor } from '../../code/editor.tsx'
import { isConflict } from '../../parts/conflict.tsx'
import { FailedNote } from '../../parts/failed.tsx'
import { issueAt } from '../../parts/form.tsx'
import { Page } from '../../parts/page.tsx'
import { useWords } from '../../words/index.tsx'
import { type Draft, type FormatName, type Kind, sourceOf, starterOf, withSource } from './draft.ts'
import style from './editor.module.css'
import { InsertAsset } from './insert-asset.tsx'
import { Languages } from './languages.tsx'
import { Preview } from './preview.tsx'
import { ProblemList, useProblems } from './problems.tsx'

const kinds = ['letter', 'layout', 'partial'] as const
const formats = ['html', 'mjml', 'markdown'] as const

/** A template's parts on one side, and beside them what they make. */
export function TemplateEditor({
  title,
  start,
  begun = start,
  onSave,
  saving,
  error,
  disabled = false,
  fresh = false,
  badge,
  actions,
  above,
  beside,
}: {
  readonly title: string
  readonly start: Draft
  /** What was being written already. */
  readonly begun?: Draft
  readonly onSave: (draft: Draft) => void
  readonly saving: boolean
  readonly error: Refusal | null
  readonly disabled?: boolean
  /** It is not kept yet. */
  readonly fresh?: boolean
  readonly badge?: ReactNode
  readonly actions?: ReactNode
  readonly above?: (draft: Draft) => ReactNode
  /** Hears what is not saved yet; null: nothing. */
  readonly beside?: (unsaved: Draft | null) => ReactNode
}): ReactNode {
  const { shell, content } = useWords()
  const words = content.templates
  const [draft, setDraft] = useState(begun)
  const [language, setLanguage] = useState<string | null>(null)
  const [part, setPart] = useState<'body' | 'text'>('body')
  const source = sourceOf(draft, language)
  const problems = useProblems(draft)
  const of = (which: 'subject' | 'preheader' | 'body' | 'text') =>
    problems.filter(
      (problem) => problem.part === which && problem.language === language && problem.template === draft.name,
    )
  const partials = useQuery(read('GET /templates', { query: { limit: 200 } }))
  const context = {
    partials: (partials.data?.data ?? []).filter(({ kind }) => kind !== 'letter').map(({ name }) => name),
  }
  const put = (change: Partial<Draft>): void => setDraft((old) => ({ ...old, ...change }))
  const write = (change: Parameters<typeof withSource>[2]): void =>
    setDraft((old) => withSource(old, language, change))
  const begin = (kind: Kind, format: FormatName): void => {
    const untouched = draft.body === starterOf(draft.kind, draft.format)
    put({ kind, format, ...(untouched && fresh && { body: starterOf(kind, format) }) })
  }
  const changed = fresh || JSON.stringify(draft) !== JSON.stringify(start)
  const save = (): void => {
    if (!disabled && !saving) onSave(draft)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const wants = (event.ctrlKey || event.metaKey) && (event.key === 'Enter' || event.key === 's')
    if (!wants) return
    event.preventDefault()
    save()
  }
  return (
    <Page
      title={title}
      badge={badge}
      crumbs={[{ label: shell.nav.templates, to: '/templates' }]}
      wide
      actions={
        <>
          {actions}
          {!disabled && (
            <Button onClick={save} loading={saving} disabled={!changed}>
              {fresh ? words.add : shell.actions.save}
            </Button>
          )}
        </>
      }
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for all fields in it */}
      <div className={style.both} onKeyDown={onKeyDown}>
        <Stack gap="sm" miw={0}>
          {above?.(draft)}
          {error !== null && !isConflict(error) && <FailedNote error={error} />}
          <div className={style.head}>
            <TextInput
              label={words.name}
              required
              disabled={disabled}
              autoFocus={fresh}
              placeholder="weekly"
              value={draft.name}
              error={issueAt(error, 'name')}
              onChange={(event) => put({ name: event.currentTarget.value })}
            />
            <Select
              label={words.kind}
              disabled={disabled}
              allowDeselect={false}
              value={draft.kind}
              data={kinds.map((value) => ({ value, label: words.oneOf[value] }))}
              onChange={(value) => begin((value ?? 'letter') as Kind, draft.format)}
            />
            <Select
              label={words.format}
              disabled={disabled}
              allowDeselect={false}
              value={draft.format}
              data={formats.map((value) => ({ value, label: content.formats[value] }))}
              onChange={(value) => begin(draft.kind, (value ?? 'html') as FormatName)}
            />
          </div>
          <Languages
            draft={draft}
            language={language}
            onChoose={setLanguage}
            onChange={setDraft}
            disabled={disabled}
          />
          {draft.kind === 'letter' && (
            <>
              <Part label={words.subject}>
                <CodeEditor
                  label={words.subject}
                  value={source.subject}
                  onChange={(subject) => write({ subject })}
                  problems={of('subject')}
                  context={context}
                  singleLine
                  readOnly={disabled}
                />
              </Part>
              <Part label={words.preheader}>
                <CodeEditor
                  label={words.preheader}
                  value={source.preheader}
                  onChange={(preheader) => write({ preheader })}
                  problems={of('preheader')}
                  context={context}
                  singleLine
                  readOnly={disabled}
                />
              </Part>
            </>
          )}
          <Group justify="space-between" gap="xs">
            <SegmentedControl
              size="xs"
              aria-label={words.part}
              value={part}
              onChange={(value) => setPart(value as 'body' | 'text')}
              data={[
                { value: 'body', label: content.formats[draft.format] },
                { value: 'text', label: words.text },
              ]}
            />
            {part === 'body' && !disabled && (
              <InsertAsset onInsert={(line) => write({ body: `${source.body.trimEnd()}\n${line}\n` })} />
            )}
            {part === 'text' && (
              <Switch
                label={words.textByItself}
                size="xs"
                disabled={disabled}
                checked={source.text === null}
                onChange={(event) => write({ text: event.currentTarget.checked ? null : '' })}
              />
            )}
          </Group>
          {part === 'body' || source.text !== null ? (
            <CodeEditor
              key={`${part} ${language}`}
              label={part === 'body' ? content.formats[draft.format] : words.text}
              value={part === 'body' ? source.body : (source.text ?? '')}
              onChange={(text) => write(part === 'body' ? { body: text } : { text })}
              problems={of(part)}
              context={context}
              height="max(360px, calc(100dvh - 440px))"
              readOnly={disabled}
            />
          ) : (
            <div className={style.made}>{words.textMade}</div>
          )}
          <ProblemList problems={problems} />
        </Stack>
        <Preview draft={draft} />
      </div>
      {beside?.(changed ? draft : null)}
    </Page>
  )
}

const Part = ({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactNode => (
  <div>
    <div className={style.label} aria-hidden>
      {label}
    </div>
    {children}
  </div>
)
