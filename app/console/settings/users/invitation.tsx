import type { ReactNode } from 'react'
import type { Answer } from '../../api/client.ts'
import { useFormat, useWords } from '../../words/index.tsx'
import { Once } from '../once.tsx'

/** The link by which somebody chooses a password. The address of this page where the daemon knows none of its own. */
export function Invitation({
  invitation: { token, link, expiresAt },
  name,
}: {
  readonly invitation: Answer<'POST /users'>['invitation']
  readonly name: string
}): ReactNode {
  const words = useWords().settings.users
  const format = useFormat()
  return (
    <Once
      title={words.linkTitle}
      about={words.linkAbout(name, format.dateTime(expiresAt))}
      value={link ?? `${location.origin}/#/accept?token=${encodeURIComponent(token)}`}
      label={words.copyLink}
    />
  )
}
