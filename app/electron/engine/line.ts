import type { ParentPort } from 'electron'

/** The way from the engine's process to the shell, and back. */
export interface Line {
  /** Said to nobody once the shell is gone. */
  send(message: unknown): void
  /** Messages that came before are heard, too. */
  listen(heard: (message: unknown) => void): void
  /** The shell is gone; nobody will say stop any more. */
  onGone(run: () => void): void
}

/** Of a utility process; of a process that plain Node forked, too. Null: nobody started it to talk with it. */
export function lineToParent(own: NodeJS.Process): Line | null {
  const { parentPort } = own as { readonly parentPort?: ParentPort }
  // Electron ends its utility processes together with itself: nothing to hear of.
  if (parentPort !== undefined)
    return {
      send: (message) => parentPort.postMessage(message),
      listen: (heard) => void parentPort.on('message', ({ data }) => heard(data)),
      onGone: () => {},
    }
  if (own.send === undefined) return null
  return {
    send: (message) => {
      if (own.connected) own.send?.(message)
    },
    listen: (heard) => void own.on('message', heard),
    onGone: (run) => void own.on('disconnect', run),
  }
}
