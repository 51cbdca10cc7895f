import { escapeHtml } from './text.ts'

/** Comments and texts, which is what helps to read a short example; all else stays as it is. */
const rules: Readonly<Record<string, RegExp>> = {
  sh: /(?<comment>(?<=^|\s)#.*)|(?<text>'[^']*'|"(?:[^"\\]|\\.)*")/gm,
  yaml: /(?<comment>(?<=^|\s)#.*)|(?<text>'[^'\n]*'|"[^"\n]*")|(?<name>(?<=^\s*(?:- )*)[\w.*$-]+(?=:(?:\s|$)))/gm,
  ts: /(?<comment>\/\/.*|\/\*[\s\S]*?\*\/)|(?<text>'[^'\n]*'|"[^"\n]*"|`[^`]*`)/g,
  liquid: /(?<name>\{\{.*?\}\}|\{%.*?%\})/g,
  json: /(?<name>"(?:[^"\\]|\\.)*"(?=\s*:))|(?<text>"(?:[^"\\]|\\.)*")/g,
}
const alike: Readonly<Record<string, string>> = {
  '': 'sh',
  bash: 'sh',
  console: 'sh',
  js: 'ts',
  http: 'json',
}

export function highlight(code: string, language: string): string {
  const rule = rules[alike[language] ?? language]
  // Without a language it may be a drawing or an output: only remarks are told apart.
  if (rule === undefined) return escapeHtml(code)
  let html = ''
  let from = 0
  for (const match of code.matchAll(rule)) {
    const [kind] = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined) ?? []
    if (kind === undefined || (language === '' && kind !== 'comment')) continue
    html += `${escapeHtml(code.slice(from, match.index))}<span class="${kind}">${escapeHtml(match[0])}</span>`
    from = match.index + match[0].length
  }
  return html + escapeHtml(code.slice(from))
}
