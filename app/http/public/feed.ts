import type { Issue } from './archive.ts'
import { escapeHtml } from './page/html.ts'

/** An Atom feed (RFC 4287) of letters, newest first. Texts are plain: nothing in them is markup to its readers. */
export function atomFeed(feed: {
  readonly title: string
  /** `https://news.example`, with the path under which the daemon is reached. */
  readonly origin: string
  readonly issues: readonly Issue[]
}): string {
  const { title, origin, issues } = feed
  const at = (ms: number) => new Date(ms).toISOString()
  const entries = issues.map((issue) => {
    const url = `${origin}/a/${issue.campaign.name}/${issue.id}`
    return `  <entry>
    <id>${escapeHtml(url)}</id>
    <title>${escapeHtml(issue.title)}</title>
    <link rel="alternate" type="text/html" href="${escapeHtml(url)}"/>
    <published>${at(issue.at)}</published>
    <updated>${at(issue.at)}</updated>
    <category term="${escapeHtml(issue.campaign.name)}" label="${escapeHtml(issue.campaign.title)}"/>
    <summary>${escapeHtml(issue.summary)}</summary>
  </entry>
`
  })
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <id>${escapeHtml(`${origin}/a/`)}</id>
  <title>${escapeHtml(title)}</title>
  <updated>${at(issues[0]?.at ?? 0)}</updated>
  <author><name>${escapeHtml(title)}</name></author>
  <link rel="self" type="application/atom+xml" href="${escapeHtml(`${origin}/a/feed.xml`)}"/>
  <link rel="alternate" type="text/html" href="${escapeHtml(`${origin}/a/`)}"/>
${entries.join('')}</feed>
`
}
