/** Anchors of one page, each given once. */
export interface Anchors {
  /** As GitHub names headings, so that a link holds in both places. */
  ofHeading(text: string): string
  /** Of a row of a table, by the name that it is about. */
  ofRow(name: string): string
}

export function createAnchors(): Anchors {
  const taken = new Set<string>()
  const unused = (name: string): string => {
    for (let n = 0; ; n++) {
      const anchor = n === 0 ? name : `${name}-${n}`
      if (taken.has(anchor)) continue
      taken.add(anchor)
      return anchor
    }
  }
  return {
    ofHeading: (text) =>
      unused(
        text
          .toLowerCase()
          .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
          .replaceAll(' ', '-'),
      ),
    ofRow: (name) => unused(name.replace(/\s+/g, '-')),
  }
}
