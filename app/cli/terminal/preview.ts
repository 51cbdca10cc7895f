import type { Command } from 'commander'
import type { LetterPreview } from '../../../engine/engine.ts'
import type { Cli } from '../cli.ts'
import { plain } from './format.ts'

export interface PreviewOptions {
  readonly html?: boolean
  readonly text?: boolean
  readonly mime?: boolean
}

export const previewOptions = (command: Command): Command =>
  command
    .option('--html', 'only the HTML')
    .option('--text', 'only the text part')
    .option('--mime', 'the whole message, as it would leave (.eml)')

/** A letter for people, or the part that was asked for. */
export async function showPreview(cli: Cli, preview: LetterPreview, options: PreviewOptions): Promise<void> {
  const part = options.html ? preview.html : options.text ? preview.text : options.mime ? preview.mime : null
  if (part !== null) {
    await new Promise<void>((resolve) => cli.stdout.write(part, () => resolve()))
    return
  }
  cli.result(preview, ({ to, subject, preheader, language, picks, text, interpreted }) => {
    const fact = (name: string, value: string) => `${cli.style('dim', name.padEnd(10))} ${plain(value)}`
    return [
      fact('To', to),
      fact('Subject', subject),
      ...(preheader === '' ? [] : [fact('Preheader', preheader)]),
      fact('Language', language),
      '',
      plain(text).trimEnd(),
      ...(picks.length === 0 ? [] : ['', cli.style('dim', 'Chosen because')]),
      ...picks.map(({ title, reason }) => `  ${plain(title)} ${cli.style('dim', `- ${plain(reason)}`)}`),
      ...interpreted.map(({ part: name, why }) =>
        cli.style('yellow', `${name} is not compiled but interpreted: ${why}`),
      ),
    ].join('\n')
  })
}
