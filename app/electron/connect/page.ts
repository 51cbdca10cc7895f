import { createHash } from 'node:crypto'
import type { Words } from '../words/words.ts'

/** Of the connect window's pages: known to no other session. */
export const scheme = 'broadsheet-desktop'
export const connectUrl = `${scheme}://connect/`

const style = `:root{color-scheme:light dark;--ink:#1b1f27;--paper:#fbfaf7;--line:#d6d3cb;--accent:#1f3a8a;--bad:#a4262c}
@media(prefers-color-scheme:dark){:root{--ink:#e8e6e1;--paper:#16181d;--line:#3a3d45;--accent:#9db4ff;--bad:#ff9a94}}
*{box-sizing:border-box}body{margin:0;padding:28px 32px;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
h1{font:600 22px/1.2 Georgia,serif;margin:0 0 20px}h2{font-size:15px;margin:0}p{margin:2px 0 10px}
section{border-top:1px solid var(--line);padding:16px 0}label{display:block;font-weight:600;margin-bottom:4px}
.row{display:flex;gap:8px}input{flex:1;min-width:0}input,button{font:inherit;padding:7px 12px;border:1px solid var(--line);border-radius:6px;background:transparent;color:inherit}
button{border-color:var(--accent);color:var(--accent);font-weight:600}:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
[role=alert]{color:var(--bad);margin:8px 0 0}ul{list-style:none;margin:4px 0 0;padding:0}li+li{margin-top:6px}`

/** Nothing runs, nothing is loaded, and forms go to ourselves. */
export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; form-action ${scheme}:; base-uri 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

const escaped = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const frame = (language: string, title: string, body: string): string =>
  `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>${escaped(title)}</title><style>${style}</style></head><body><main><h1>${escaped(title)}</h1>${body}</main></body></html>`

/** Where to connect: the own engine, or an address. Works without a script. */
export function connectPage(
  { connect }: Words,
  shown: {
    readonly language: string
    /** As it was typed. */
    readonly address: string
    readonly problem: string | null
    readonly recent: readonly string[]
  },
): string {
  const { language, address, problem, recent } = shown
  const open = (url: string) =>
    `<li><form action="open"><input type="hidden" name="address" value="${escaped(url)}"><button>${escaped(url)}</button></form></li>`
  return frame(
    language,
    connect.title,
    `<section><h2>${escaped(connect.own)}</h2><p>${escaped(connect.ownDetail)}</p><form action="own"><button>${escaped(connect.ownButton)}</button></form></section>
<section><h2>${escaped(connect.remote)}</h2><p>${escaped(connect.remoteDetail)}</p>
<form action="open"><label for="address">${escaped(connect.address)}</label><div class="row"><input id="address" name="address" value="${escaped(address)}" placeholder="https://news.example.org" autocomplete="off" spellcheck="false" autofocus required${problem === null ? '' : ' aria-invalid="true" aria-describedby="problem"'}><button>${escaped(connect.button)}</button></div>${problem === null ? '' : `<p id="problem" role="alert">${escaped(problem)}</p>`}</form></section>${
      recent.length === 0
        ? ''
        : `<section><h2>${escaped(connect.recent)}</h2><ul>${recent.map(open).join('')}</ul></section>`
    }`,
  )
}

export const connectingPage = ({ connect }: Words, language: string, host: string): string =>
  frame(language, connect.title, `<p>${escaped(connect.connecting(host))}</p>`)
