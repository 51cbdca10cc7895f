import type { ElectronParts } from './parts.ts'
import type { Words } from './words/words.ts'

/** What is said when the place that is shown is gone, and what can be done about it. One question at a time. */
export interface Troubles {
  engineLost(code: number): Promise<void>
  /** `code`: Chromium's. */
  unreachable(host: string, code: number): Promise<void>
}

// https://source.chromium.org/chromium/chromium/src/+/main:net/base/net_error_list.h: 200 to 299 are about certificates.
const isCertificate = (code: number): boolean => code <= -200 && code > -300

export function createTroubles(options: {
  readonly dialog: ElectronParts['dialog']
  readonly words: Words
  readonly again: () => void
  readonly elsewhere: () => void
  readonly openLogs: () => void
  readonly quit: () => void
}): Troubles {
  const { dialog, words, again, elsewhere, openLogs, quit } = options
  let asking = false

  const ask = async (
    message: string,
    detail: string,
    answers: readonly (readonly [label: string, run: () => void])[],
  ): Promise<void> => {
    if (asking) return
    asking = true
    const { response } = await dialog.showMessageBox({
      type: 'error',
      message,
      detail,
      buttons: answers.map(([label]) => label),
      defaultId: 0,
      cancelId: answers.length - 1,
      noLink: true,
    })
    asking = false
    answers[response]?.[1]()
  }

  return {
    engineLost: (code) => {
      const { lost, lostDetail, again: restart, logs, quit: end } = words.engine
      return ask(lost, lostDetail(code), [
        [restart, again],
        [logs, openLogs],
        [end, quit],
      ])
    },
    unreachable: (host, code) => {
      const { title, certificate, certificateDetail, ...labels } = words.unreachable
      const [message, detail] = isCertificate(code)
        ? [certificate(host), certificateDetail]
        : [title(host), `Chromium: ${code}`]
      return ask(message, detail, [
        [labels.again, again],
        [labels.elsewhere, elsewhere],
        [labels.cancel, () => {}],
      ])
    },
  }
}
