import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useWrite } from '../../api/queries.ts'
import { Page } from '../../parts/page.tsx'
import { notifyDone } from '../../parts/undo.tsx'
import { useWords } from '../../words/index.tsx'
import { emptyDraft, ItemForm, inputOf } from './item-form.tsx'

export function NewItem(): ReactNode {
  const { shell, content } = useWords()
  const words = content.items
  const navigate = useNavigate()
  const save = useWrite('POST /items', 'GET /items', 'GET /items/topics')
  return (
    <Page title={words.new} about={words.newAbout} crumbs={[{ label: shell.nav.items, to: '/items' }]}>
      <ItemForm
        start={emptyDraft}
        submit={words.add}
        saving={save.isPending}
        error={save.error}
        onSubmit={(draft) =>
          save.mutate(
            { body: inputOf(draft) },
            {
              onSuccess: ({ results }) => {
                const [made] = results
                notifyDone(made?.outcome === 'created' ? words.added : words.wasThere)
                if (made !== undefined) void navigate({ to: '/items/$id', params: { id: String(made.id) } })
              },
            },
          )
        }
      />
    </Page>
  )
}
