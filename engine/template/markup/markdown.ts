import type { Liquid } from 'liquidjs'
import type { Source } from '../source.ts'
import { Placeholders } from './placeholders.ts'

/** Markdown to HTML, the Liquid in it left in place. */
export async function markdownToHtml(liquid: Liquid, source: string, file: string | null): Promise<Source> {
  const { marked } = await import('marked')
  const placeholders = new Placeholders(liquid, [source])
  const text = standAlone(placeholders.protect(source, file), placeholders)
  const html = await marked.parse(text, { async: true, gfm: true })
  const word = placeholders.words().source
  const opened = html.replace(new RegExp(`<!--(${word})-->\\n?`, 'g'), '$1\n')
  return placeholders.restore(loopsIntoLists(opened, placeholders), source, file)
}

/** A tag alone on its line stands between blocks, not in a paragraph: as a comment it ends the one before. */
function standAlone(text: string, placeholders: Placeholders): string {
  const line = new RegExp(`^[ \\t]*((?:${placeholders.words().source}[ \\t]*)+)$`)
  return text
    .split('\n')
    .map((row) => {
      const alone = line.exec(row.replace(/\r$/, ''))
      if (alone === null) return row
      const words = [...alone[1]!.matchAll(placeholders.words())]
      const blocks = words.every((match) => {
        const { tag, code } = placeholders.pieces[Number(match[1])]!
        if (tag === null) return /\|\s*raw\s*-?\}\}$/.test(code)
        return tag !== 'echo' && tag !== 'cycle' && tag !== 'increment' && tag !== 'decrement'
      })
      return blocks ? words.map((match) => `<!--${match[0]}-->`).join('\n') : row
    })
    .join('\n')
}

/** `{% for %}` around one list means a list with the loop inside, not a list for each item. */
function loopsIntoLists(html: string, placeholders: Placeholders): string {
  const word = placeholders.words().source
  const list = new RegExp(`(${word})\\s*<(ul|ol)>\\n((?:(?!</?[uo]l>)[\\s\\S])*)</\\3>\\s*(${word})`, 'g')
  return html.replace(
    list,
    (
      whole,
      open: string,
      openIndex: string,
      kind: string,
      body: string,
      close: string,
      closeIndex: string,
    ) => {
      const opens = placeholders.pieces[Number(openIndex)]?.tag === 'for'
      const closes = placeholders.pieces[Number(closeIndex)]?.tag === 'endfor'
      return opens && closes ? `<${kind}>\n${open}\n${body}${close}\n</${kind}>` : whole
    },
  )
}

/** The page around a letter in Markdown that has no layout of its own. */
export const markdownShell = {
  before: `<!doctype html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{ subject }}</title>
<style>
:root { color-scheme: light dark; }
h1, h2, h3 { line-height: 1.25; margin: 1.6em 0 0.5em; }
h1 { font-size: 28px; } h2 { font-size: 21px; } h3 { font-size: 17px; }
p, ul, ol, blockquote, pre { margin: 0 0 1em; }
a { color: #0a5c8a; }
img { max-width: 100%; height: auto; border: 0; }
blockquote { border-left: 3px solid #c9ced6; padding-left: 16px; margin-left: 0; color: #57606a; }
pre, code { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 14px; }
hr { border: 0; border-top: 1px solid #d6dae0; margin: 32px 0; }
@media (prefers-color-scheme: dark) {
  .letter { background-color: #15181c !important; color: #e8eaed !important; }
  a { color: #7fc1e8; }
  hr { border-color: #363b42; }
}
</style>
</head>
<body class="letter" style="margin:0;padding:0;background-color:#ffffff;color:#1c2026;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td align="center" style="padding:32px 20px;">
<div style="max-width:600px;text-align:left;font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.6;">
`,
  after: `</div>
</td></tr></table>
</body>
</html>
`,
} as const
