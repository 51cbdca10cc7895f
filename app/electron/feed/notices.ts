import type { Clock } from '../../../engine/clock.ts'
import type { ElectronParts } from '../parts.ts'
import type { Words } from '../words/words.ts'
import type { FiringAlert } from './picture.ts'

export interface Notices {
  /** Alerts that began to fire. */
  tell(alerts: readonly FiringAlert[]): void
  /** What the page says, when it may. */
  say(note: { readonly title: string; readonly body: string }): void
  stop(): void
}

// Alerts of one cause come together; a desk full of them helps nobody.
const gatherMs = 500
const oneByOne = 3
const longestTitle = 200

/** Native notifications. More than three alerts within half a second are one notification that leads to the list. */
export function createNotices(
  { Notification }: Pick<ElectronParts, 'Notification'>,
  options: {
    readonly words: Words
    readonly clock: Clock
    readonly wanted: () => boolean
    /** Show the window at a route of the console, e.g. `/alerts/ID`. */
    readonly go: (route: string) => void
  },
): Notices {
  const { words, clock, wanted, go } = options
  let gathered: FiringAlert[] = []
  let cancel = () => {}
  // A notification that is collected as garbage is not clicked any more.
  const shown = new Set<Electron.Notification>()

  const show = (title: string, body: string, critical: boolean, route: string | null): void => {
    if (!Notification.isSupported()) return
    const notification = new Notification({
      title: title.slice(0, longestTitle),
      body: body.slice(0, 1000),
      urgency: critical ? 'critical' : 'normal',
    })
    shown.add(notification)
    const done = () => void shown.delete(notification)
    notification.on('click', () => {
      done()
      if (route !== null) go(route)
    })
    notification.on('close', done)
    notification.show()
  }
  const flush = (): void => {
    cancel = () => {}
    const alerts = gathered
    gathered = []
    if (!wanted()) return
    if (alerts.length > oneByOne) {
      const critical = alerts.some(({ severity }) => severity === 'critical')
      show(words.alert.many(alerts.length), alerts.map(({ title }) => title).join('\n'), critical, '/alerts')
      return
    }
    for (const { id, title, severity } of alerts)
      show(words.alert.title[severity], title, severity === 'critical', `/alerts/${id}`)
  }

  return {
    tell(alerts) {
      if (alerts.length === 0) return
      if (gathered.length === 0) cancel = clock.after(gatherMs, flush)
      gathered.push(...alerts)
    },
    say: ({ title, body }) => {
      if (wanted()) show(title, body, false, null)
    },
    stop() {
      cancel()
      gathered = []
    },
  }
}
