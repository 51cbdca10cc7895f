import type { BrowserWindow, Rectangle, Screen } from 'electron'
import { z } from 'zod'
import type { Clock } from '../../../engine/clock.ts'
import { readJsonFile, writeJsonFile } from './json-file.ts'

const rectangle = z.strictObject({
  x: z.int(),
  y: z.int(),
  width: z.int().min(400),
  height: z.int().min(300),
})
const boundsSchema = z.strictObject({
  bounds: rectangle.nullable().default(null),
  maximized: z.boolean().default(false),
})

const saveMs = 500
const usual = { width: 1360, height: 900 }
// So much of a window must be on a screen, or nobody could take hold of it.
const gripPx = 80

/** Where a window was when it was last open, and where it is from now on. */
export function createBounds(
  file: string,
  { screen, clock }: { screen: Pick<Screen, 'getAllDisplays'>; clock: Clock },
) {
  const kept = readJsonFile(file, boundsSchema)
  return {
    /** Options of a new window. A place on a screen that is no longer there is forgotten, and the size with it. */
    options(): Partial<Rectangle> & { readonly width: number; readonly height: number } {
      const { bounds } = kept
      return bounds !== null && screen.getAllDisplays().some(({ workArea }) => holds(workArea, bounds))
        ? bounds
        : usual
    },
    maximized: (): boolean => kept.maximized,
    /** Keep its place from now on. */
    follow(window: BrowserWindow): void {
      let cancel = () => {}
      const save = (): void => {
        cancel()
        if (window.isDestroyed()) return
        kept.bounds = window.getNormalBounds()
        kept.maximized = window.isMaximized()
        writeJsonFile(file, kept)
      }
      const soon = (): void => {
        cancel()
        cancel = clock.after(saveMs, save)
      }
      window.on('resize', soon)
      window.on('move', soon)
      window.on('maximize', soon)
      window.on('unmaximize', soon)
      window.on('close', save)
    },
  }
}
export type Bounds = ReturnType<typeof createBounds>

function holds(area: Rectangle, { x, y, width }: Rectangle): boolean {
  return (
    y >= area.y &&
    y < area.y + area.height - gripPx &&
    x + width > area.x + gripPx &&
    x < area.x + area.width - gripPx
  )
}
