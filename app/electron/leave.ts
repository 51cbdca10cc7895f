import type { ElectronParts } from './parts.ts'
import type { Words } from './words/words.ts'

export type Leave = 'quit' | 'stay' | 'cancel'

/** What is to become of the campaigns that are being sent. */
export async function askToLeave(
  { dialog }: Pick<ElectronParts, 'dialog'>,
  { leave }: Words,
  sending: number,
): Promise<Leave> {
  const answers = ['quit', 'stay', 'cancel'] as const
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: leave.title(sending),
    detail: leave.detail,
    buttons: answers.map((answer) => leave[answer]),
    defaultId: 1,
    cancelId: 2,
    noLink: true,
  })
  return answers[response] ?? 'cancel'
}
