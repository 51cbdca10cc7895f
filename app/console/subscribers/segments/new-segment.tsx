import { getRouteApi } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useWrite } from '../../api/queries.ts'
import { Page } from '../../parts/page.tsx'
import { notifyDone } from '../../parts/undo.tsx'
import { useWords } from '../../words/index.tsx'
import { SegmentEditor } from './editor.tsx'

const route = getRouteApi('/segments/new')

export function NewSegment(): ReactNode {
  const { subscribers, shell } = useWords()
  const words = subscribers.segments
  const { rule = null } = route.useSearch()
  const navigate = route.useNavigate()
  const make = useWrite('POST /segments', 'GET /segments')
  return (
    <Page title={words.new} crumbs={[{ label: words.title, to: '/segments' }]}>
      <SegmentEditor
        draft={{ name: '', title: '', description: '', rule }}
        error={make.error}
        saving={make.isPending}
        onSave={(draft) =>
          make.mutate(
            { body: draft },
            {
              onSuccess: ({ name }) => {
                notifyDone(shell.actions.saved)
                void navigate({ to: '/segments/$name', params: { name } })
              },
            },
          )
        }
      />
    </Page>
  )
}
