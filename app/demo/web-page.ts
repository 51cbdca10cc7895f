import { Parser } from 'htmlparser2'
import { CliError } from '../cli/exit.ts'

/** A page as somebody has it before them who has a browser without scripts. */
export interface WebPage {
  readonly url: string
  readonly status: number
  /** Its heading. */
  readonly title: string
  /** What its main part says. */
  readonly text: string
  /** What a browser would send if the first form were sent as it stands; buttons are not in it. */
  readonly form: URLSearchParams
}

export const openPage = (url: string): Promise<WebPage> => load(url, {})

/** Send the page's form with these fields filled in differently. */
export function sendForm(page: WebPage, changes: Readonly<Record<string, string>> = {}): Promise<WebPage> {
  const body = new URLSearchParams(page.form)
  for (const [name, value] of Object.entries(changes)) body.set(name, value)
  return load(page.url, { method: 'POST', body })
}

async function load(url: string, init: RequestInit): Promise<WebPage> {
  const answer = await fetch(url, {
    redirect: 'error',
    headers: { 'user-agent': 'Broadsheet demo reader', 'accept-language': 'en' },
    signal: AbortSignal.timeout(60_000),
    ...init,
  }).catch((error: unknown) => {
    throw new CliError('defect', `${url} gave no answer.`, { cause: error })
  })
  return { url, status: answer.status, ...readPage(await answer.text()) }
}

function readPage(markup: string): Pick<WebPage, 'title' | 'text' | 'form'> {
  const form = new URLSearchParams()
  let forms = 0
  let main = 0
  let inForm = false
  let inTitle = false
  let title = ''
  let text = ''
  let area: string | null = null
  let select: { readonly name: string; first: string | null; chosen: string | null } | null = null
  const parser = new Parser({
    onopentag(name, { type = 'text', name: field = '', value = '', ...rest }) {
      if (name === 'main') main++
      if (name === 'h1') inTitle = true
      if (name === 'form') inForm = ++forms === 1
      if (name === 'option' && select !== null) {
        select.first ??= value
        if ('selected' in rest) select.chosen ??= value
      }
      if (!inForm || field === '') return
      if (name === 'select') select = { name: field, first: null, chosen: null }
      if (name === 'textarea') area = field
      const ticked = (type !== 'checkbox' && type !== 'radio') || 'checked' in rest
      if (name === 'input' && ticked) form.append(field, value)
    },
    ontext(piece) {
      if (inTitle) title += piece
      if (main > 0) text += piece
      if (area !== null) form.append(area, piece)
    },
    onclosetag(name) {
      if (name === 'main') main--
      if (name === 'h1') inTitle = false
      if (name === 'form') inForm = false
      if (name === 'textarea') area = null
      if (name === 'select' && select !== null) {
        form.append(select.name, select.chosen ?? select.first ?? '')
        select = null
      }
    },
  })
  parser.end(markup)
  return { title: title.trim(), text: text.replace(/\s+/g, ' ').trim(), form }
}
