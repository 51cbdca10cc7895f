import type { IpcMainInvokeEvent, WebContents } from 'electron'
import type { z } from 'zod'
import type { ElectronParts } from '../parts.ts'
import type { Place } from '../window/guard.ts'
import { channels, notifySchema, readImportSchema } from './bridge.ts'

/** Answer what the page may ask: the console's own document in our window, and nobody else. */
export function answerPage(
  { ipcMain }: Pick<ElectronParts, 'ipcMain'>,
  options: {
    readonly contents: () => WebContents | null
    readonly place: () => Place | null
    readonly notify: (note: z.output<typeof notifySchema>) => void
    readonly readImport: (asked: z.output<typeof readImportSchema>) => Promise<Uint8Array>
  },
): void {
  const { contents, place, notify, readImport } = options

  const isOurs = ({ sender, senderFrame }: IpcMainInvokeEvent): boolean => {
    const ours = contents()
    return (
      ours !== null &&
      sender === ours &&
      // Null once the frame is gone; another one than the main frame is a page in the page.
      senderFrame !== null &&
      senderFrame === ours.mainFrame &&
      senderFrame.origin === place()?.origin
    )
  }
  const handle = <S extends z.ZodType>(
    channel: string,
    schema: S,
    answer: (input: z.output<S>) => unknown,
  ): void =>
    ipcMain.handle(channel, async (event, input: unknown) => {
      if (!isOurs(event)) throw new Error(`${channel} is for the console only.`)
      const parsed = schema.safeParse(input)
      if (!parsed.success) throw new Error(`${channel} does not take that.`)
      return answer(parsed.data)
    })

  handle(channels.notify, notifySchema, notify)
  handle(channels.readImport, readImportSchema, readImport)
}
