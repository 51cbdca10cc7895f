import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useWrite } from '../../api/queries.ts'
import { Page } from '../../parts/page.tsx'
import { notifyDone } from '../../parts/undo.tsx'
import { useWords } from '../../words/index.tsx'
import { AlertTabs } from '../tabs.tsx'
import { bodyOf, noHeartbeat } from './draft.ts'
import { HeartbeatForm } from './form.tsx'

/** A heartbeat: its alert fires when nothing is heard for so long. */
export function NewHeartbeat(): ReactNode {
  const { shell, alerts } = useWords()
  const words = alerts.heartbeats
  const navigate = useNavigate()
  const [draft, setDraft] = useState(noHeartbeat)
  const make = useWrite('POST /heartbeats', 'GET /heartbeats')
  const leave = (): void => void navigate({ to: '/alerts/heartbeats' })
  const submit = (): void => {
    if (make.isPending) return
    make.mutate(
      { body: bodyOf(draft) },
      {
        onSuccess: ({ name }) => {
          notifyDone(words.made(name))
          leave()
        },
      },
    )
  }
  return (
    <Page
      title={words.new}
      crumbs={[
        { label: shell.nav.alerts, to: '/alerts' },
        { label: words.title, to: '/alerts/heartbeats' },
      ]}
    >
      <AlertTabs />
      <HeartbeatForm
        autoFocus
        draft={draft}
        onChange={setDraft}
        onSubmit={submit}
        onCancel={leave}
        submit={words.make}
        saving={make.isPending}
        error={make.error}
      />
    </Page>
  )
}
