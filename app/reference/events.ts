import { cell } from './cell.ts'
import { desktopMeanings } from './events/desktop.ts'
import { engineMeanings } from './events/engine.ts'
import { loggedEvents } from './events/logged.ts'
import type { Meanings } from './events/meaning.ts'
import { outsideMeanings } from './events/outside.ts'

/** What each event of the log means. A test holds it against the calls that log them, both ways. */
export const meanings: Meanings = { ...engineMeanings, ...outsideMeanings, ...desktopMeanings }

/** Every event of the log by name, with its level, as a page of Markdown. */
export function eventsPage(): string {
  const rows = [...loggedEvents()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([event, levels]) => {
      const { means = '', todo = '' } = meanings[event] ?? {}
      return `| \`${event}\` | ${[...levels].join(' or ')} | ${cell(means)} | ${cell(todo)} |`
    })
  return `# Events of the log

Made by \`npm run docs:generate\`. The \`event\` of each line that a daemon, or the desktop, logs ([logs and traces](../observability.md)), what it means,
and what somebody should do where there is something to do. Where that is to look at the store, \`broadsheet doctor\` begins with it.

| event | level | what it means | what to do |
| --- | --- | --- | --- |
${rows.join('\n')}
`
}
