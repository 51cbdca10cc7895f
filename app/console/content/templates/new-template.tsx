import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useWrite } from '../../api/queries.ts'
import { notifyDone } from '../../parts/undo.tsx'
import { useWords } from '../../words/index.tsx'
import { type Draft, starterOf } from './draft.ts'
import { TemplateEditor } from './editor.tsx'

const route = getRouteApi('/templates/new')

export function NewTemplate(): ReactNode {
  const { content } = useWords()
  const words = content.templates
  const { kind = 'letter' } = route.useSearch()
  const navigate = useNavigate()
  const save = useWrite('POST /templates', 'GET /templates')
  const start: Draft = {
    name: '',
    kind,
    format: 'html',
    subject: kind === 'letter' ? words.starterSubject : '',
    preheader: '',
    body: starterOf(kind, 'html'),
    text: null,
    variants: {},
  }
  return (
    <TemplateEditor
      key={kind}
      title={words.new}
      start={start}
      fresh
      saving={save.isPending}
      error={save.error}
      onSave={(draft) =>
        save.mutate(
          { body: draft },
          {
            onSuccess: ({ name }) => {
              notifyDone(words.added(name))
              void navigate({ to: '/templates/$name', params: { name } })
            },
          },
        )
      }
    />
  )
}
