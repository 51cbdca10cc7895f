import type { MenuItemConstructorOptions } from 'electron'
import { type Clock, createSpacing } from '../../../engine/clock.ts'
import type { ElectronParts } from '../parts.ts'
import type { Words } from '../words/words.ts'
import type { FeedState } from './feed.ts'
import type { Picture, Sending } from './picture.ts'

export type TrayState = FeedState | 'starting'

export interface TrayIcon {
  /** Something is different now; the menu follows within a second. */
  refresh(): void
  stop(): void
}

const spacingMs = 1000
const linesShown = 5
const longestName = 60

/** What is running, in the tray: a line a campaign, alerts that fire, and the way in and out. */
export function createTray(
  { Tray, Menu, nativeImage }: Pick<ElectronParts, 'Tray' | 'Menu' | 'nativeImage'>,
  options: {
    readonly icon: string
    readonly words: Words
    readonly clock: Clock
    readonly state: () => TrayState
    readonly picture: Picture
    /** The version that could be installed; null: none. */
    readonly update: () => string | null
    readonly open: () => void
    readonly go: (route: string) => void
    readonly install: () => void
    readonly quit: () => void
  },
): TrayIcon {
  const { icon, words, clock, state, picture, update, open, go, install, quit } = options
  const tray = new Tray(nativeImage.createFromPath(icon))
  const wait = createSpacing(clock, spacingMs)
  let due: (() => void) | null = null

  const draw = (): void => {
    due = null
    const lines = linesOf(words, state(), picture)
    // What fired when it was last heard may be over.
    const firing = state() === 'on' ? picture.firing.length : 0
    const ready = update()
    const template: MenuItemConstructorOptions[] = [
      ...lines.map((label) => ({ label, enabled: false })),
      ...(firing === 0 ? [] : [{ label: words.tray.firing(firing), click: () => go('/alerts') }]),
      { type: 'separator' },
      ...(ready === null ? [] : [{ label: words.tray.update(ready), click: install }]),
      { label: words.tray.open, click: open },
      { label: words.tray.quit, click: quit },
    ]
    tray.setContextMenu(Menu.buildFromTemplate(template))
    const alerts = firing === 0 ? [] : [words.tray.firing(firing)]
    // Windows cuts at 127 characters.
    tray.setToolTip(['Broadsheet', ...alerts, ...lines].join('\n').slice(0, 127))
  }
  tray.on('click', open)
  draw()
  return {
    refresh() {
      due ??= clock.after(wait(), draw)
    },
    stop() {
      due?.()
      tray.destroy()
    },
  }
}

function linesOf(words: Words, state: TrayState, { sending }: Picture): readonly string[] {
  switch (state) {
    case 'starting':
      return [words.tray.starting]
    case 'off':
      return [words.tray.offline]
    case 'signed-out':
      return [words.tray.signIn]
    case 'on': {
      if (sending.length === 0) return [words.tray.idle]
      const lines = sending.slice(0, linesShown).map((one) => lineOf(words, one))
      return sending.length > linesShown ? [...lines, words.tray.more(sending.length - linesShown)] : lines
    }
  }
}

function lineOf({ tray, minutes }: Words, { title, progress }: Sending): string {
  const name = title.length > longestName ? `${title.slice(0, longestName - 1)}…` : title
  if (progress === null) return name
  const { counts, perSecond, remainingMs } = progress
  const open = counts.queued + counts.handing + counts.retry
  return [
    tray.sending(name, counts.audience - open, counts.audience),
    ...(perSecond > 0 ? [tray.pace(perSecond)] : []),
    ...(remainingMs !== null ? [tray.left(minutes(remainingMs))] : []),
  ].join(' · ')
}
