import { Parser } from 'htmlparser2'

/** Open elements within each other, those that nobody closed too. htmlparser2 keeps them in an array that grows and
 *  shrinks at its front and is searched for each end tag, so time goes with the depth: 200 KB of `<b>` took a second. */
export const maxOpen = 200

/** HTML up to where more than `maxOpen` elements are open. Finds that with the parser that html-to-text has, so that
 *  what it is given is never deeper. */
export function cutWhereTooDeep(html: string): string {
  let open = 0
  let cut = -1
  const parser = new Parser({
    onopentagname() {
      open++
      if (open <= maxOpen || cut >= 0) return
      cut = parser.startIndex
      // What is left of the text is not looked at.
      parser.pause()
    },
    onclosetag() {
      open--
    },
  })
  parser.write(html)
  return cut < 0 ? html : html.slice(0, cut)
}
