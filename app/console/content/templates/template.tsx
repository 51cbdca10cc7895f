import { Badge, Button, Group, Text } from '@mantine/core'
import { IconHistory } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useRef, useState } from 'react'
import { call } from '../../api/client.ts'
import { markStale, read, useWrite } from '../../api/queries.ts'
import { Conflict, isConflict } from '../../parts/conflict.tsx'
import { Failed } from '../../parts/failed.tsx'
import { useHidden } from '../../parts/hidden.ts'
import { Page } from '../../parts/page.tsx'
import { Time } from '../../parts/time.tsx'
import { notifyDone, useLater } from '../../parts/undo.tsx'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { type Draft, draftOf, type Template } from './draft.ts'
import { TemplateEditor } from './editor.tsx'
import { Versions } from './versions/versions.tsx'

const route = getRouteApi('/templates/$name')

export function TemplatePage(): ReactNode {
  const { name } = route.useParams()
  const { shell } = useWords()
  const template = useQuery(read('GET /templates/{idOrName}', { path: { idOrName: name } }))
  if (template.isError) return <Failed error={template.error} retry={() => void template.refetch()} />
  if (template.data === undefined) return <Page title={shell.table.loading}>{null}</Page>
  return <Loaded key={template.data.id} template={template.data} />
}

function Loaded({ template }: { readonly template: Template }): ReactNode {
  const { shell, content } = useWords()
  const words = content.templates
  const format = useFormat()
  const navigate = useNavigate()
  const mayWrite = useCan()('content:write')
  // What is being written is of the version that was read when it was begun.
  const [base, setBase] = useState(template)
  const [begun, setBegun] = useState(draftOf(template))
  const [round, setRound] = useState(0)
  const edited = useRef<Draft | null>(null)
  const beginWith = (kept: Template, draft: Draft): void => {
    setBase(kept)
    setBegun(draft)
    setRound((old) => old + 1)
    save.reset()
  }
  const save = useWrite(
    'PUT /templates/{idOrName}',
    'GET /templates',
    'GET /templates/{idOrName}',
    'GET /templates/{idOrName}/versions',
  )
  const remove = useRemove()
  const put = (draft: Draft, version: number): void =>
    save.mutate(
      { path: { idOrName: template.id }, version, body: draft },
      {
        onSuccess: (kept) => {
          setBase(kept)
          notifyDone(words.savedAs(format.count(kept.version)))
          if (kept.name !== template.name)
            void navigate({ to: '/templates/$name', params: { name: kept.name }, replace: true })
        },
      },
    )
  return (
    <TemplateEditor
      key={round}
      title={template.name}
      start={draftOf(base)}
      begun={begun}
      saving={save.isPending}
      error={save.error}
      disabled={!mayWrite}
      onSave={(draft) => put(draft, base.version)}
      badge={
        <Group gap="xs">
          <Badge color="gray">{words.versionIs(format.count(base.version))}</Badge>
          <Text size="xs" c="dimmed">
            <Time at={base.updatedAt} />
          </Text>
        </Group>
      }
      actions={
        <>
          <Button
            component={Link}
            to="/templates/$name"
            params={{ name: template.name } as never}
            search={{ version: Math.max(1, base.version - 1) } as never}
            variant="default"
            leftSection={<IconHistory size={14} />}
          >
            {words.versions.open}
          </Button>
          {mayWrite && (
            <Button variant="outline" color="red" onClick={() => remove(template)}>
              {shell.actions.remove}
            </Button>
          )}
        </>
      }
      beside={(unsaved) => (
        <Versions
          base={base}
          unsaved={unsaved}
          edited={edited}
          onSaved={setBase}
          onRestored={beginWith}
          onTakenBack={(kept, draft) => {
            // What was written since stays, as changes that are not saved.
            if (edited.current === null) beginWith(kept, draft)
            else setBase(kept)
          }}
        />
      )}
      above={(draft) =>
        isConflict(save.error) && (
          <Conflict
            subject={`template/${template.id}`}
            onReload={() => {
              void call('GET /templates/{idOrName}', { path: { idOrName: template.id } }).then((latest) =>
                beginWith(latest, draftOf(latest)),
              )
            }}
            onOverwrite={() => {
              void call('GET /templates/{idOrName}', { path: { idOrName: template.id } }).then((latest) =>
                put(draft, latest.version),
              )
            }}
          />
        )
      }
    />
  )
}

function useRemove(): (template: Template) => void {
  const words = useWords().content.templates
  const later = useLater()
  const { hide, show } = useHidden()
  const client = useQueryClient()
  const navigate = useNavigate()
  return ({ id, name }) => {
    later({
      says: words.removed(name),
      act: async () => {
        await call('DELETE /templates/{idOrName}', { path: { idOrName: id } })
        await markStale(client, 'GET /templates')
      },
      hide: () => hide(`templates/${id}`),
      show: () => show(`templates/${id}`),
    })
    void navigate({ to: '/templates' })
  }
}
