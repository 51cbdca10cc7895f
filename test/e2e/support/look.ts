import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { inBothSchemes, isAccessible, shoot } from './desk.ts'

/** The screen is as everybody may use it, in light and dark; and a picture of it. */
export async function look(page: Page, name: string): Promise<void> {
  // No hint of what the mouse happens to be on.
  await page.mouse.move(0, 0)
  await inBothSchemes(page, (scheme) => isAccessible(page, `${name}, ${scheme}`))
  await shoot(page, name)
}

/** What these tests know of an element. */
interface Boxed {
  readonly parentElement: Boxed | null
  readonly scrollHeight: number
  readonly clientHeight: number
  getBoundingClientRect(): { readonly left: number; readonly right: number; readonly width: number }
}

/** Nobody has to scroll sideways to see all of it: neither the window nor what scrolls around it cuts it off. A window that has just
 *  become another is drawn anew meanwhile. */
export async function isSeen(locator: Locator, name: string): Promise<void> {
  await locator.waitFor()
  const cut = () =>
    locator.evaluate((element: unknown) => {
      const { left, right } = (element as Boxed).getBoundingClientRect()
      let over = 0
      for (let around = (element as Boxed).parentElement; around !== null; around = around.parentElement) {
        const frame = around.getBoundingClientRect()
        // With `display: contents` it is nowhere.
        if (frame.width === 0) continue
        over = Math.max(over, right - frame.right, frame.left - left)
      }
      return Math.round(over)
    })
  await expect.poll(cut, { message: `${name}: cut off by`, timeout: 20_000, interval: 20 }).toBe(0)
}

/** A table that has the room shows each of its rows. */
export async function isAsHighAsItsRows(table: Locator, name: string): Promise<void> {
  await table.waitFor()
  const [hidden, empty] = await table.evaluate((element: unknown) => {
    const frame = (element as Boxed).parentElement!
    const foot = 34
    return [
      frame.scrollHeight - frame.clientHeight,
      frame.clientHeight - (element as Boxed).scrollHeight - foot,
    ]
  })
  expect(hidden, `${name}: below its edge`).toBeLessThanOrEqual(0)
  expect(empty, `${name}: room that no row has`).toBeLessThanOrEqual(4)
}
