import { Anchor, Text } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useWords } from '../words/index.tsx'

/** An address out of the data: a link only where a browser does nothing but go there. */
export function SafeLink({ url }: { readonly url: string }): ReactNode {
  const { content } = useWords()
  if (!/^https?:\/\//i.test(url))
    return (
      <Text span size="sm" style={{ overflowWrap: 'anywhere' }}>
        {url}
      </Text>
    )
  return (
    <Anchor
      href={url}
      target="_blank"
      rel="noopener noreferrer"
      size="sm"
      style={{ overflowWrap: 'anywhere' }}
      title={content.opensElsewhere}
    >
      {url} <IconExternalLink size={12} aria-label={content.opensElsewhere} />
    </Anchor>
  )
}

/** `example.org` of an address; the address itself where there is none in it. */
export function hostOf(url: string): string {
  try {
    return new URL(url).hostname.replace(/^www\./, '') || url
  } catch {
    return url
  }
}
