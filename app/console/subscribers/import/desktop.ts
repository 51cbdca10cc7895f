import { useEffect, useRef } from 'react'

/** What the desktop's window hands over: a file that was opened by its name. */
interface ImportOffer {
  readonly id: string
  readonly name: string
  readonly bytes: number
}
interface Bridge {
  onImport(listener: (offer: ImportOffer) => void): () => void
  /** A part of it from there on; empty at its end. */
  readImport(id: string, offset: number): Promise<Uint8Array | null>
}

declare global {
  interface Window {
    readonly broadsheetDesktop?: Bridge
  }
}

/** Hears of files that were opened with the desktop's program. */
export function useDesktopFile(take: (file: File) => void): void {
  const latest = useRef(take)
  useEffect(() => {
    latest.current = take
  })
  useEffect(() => {
    const bridge = window.broadsheetDesktop
    return bridge?.onImport((offer) => {
      void readWhole(bridge, offer).then((file) => latest.current(file))
    })
  }, [])
}

async function readWhole(bridge: Bridge, { id, name }: ImportOffer): Promise<File> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  for (let offset = 0; ; ) {
    const part = await bridge.readImport(id, offset)
    if (part === null || part.length === 0) break
    parts.push(new Uint8Array(part))
    offset += part.length
  }
  return new File(parts, name)
}
