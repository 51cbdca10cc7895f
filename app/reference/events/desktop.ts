import type { Meanings } from './meaning.ts'

/** Events of the desktop application: its window, its own engine, updates. */
export const desktopMeanings: Meanings = {
  'desktop.defect': {
    means: 'The desktop application failed for a reason that nobody foresaw; the stack is in the line.',
    todo: 'Report it: it is a defect.',
  },
  'desktop.engine_ended': { means: 'The process of the engine ended, with this exit code.' },
  'desktop.engine_killed': {
    means: 'The engine did not stop in its time, and was ended. The next start goes on where it was.',
  },
  'desktop.engine_listening': { means: 'The engine of the desktop serves.' },
  'desktop.feed_lost': { means: 'The stream of facts broke, and is opened anew.' },
  'desktop.page_gone': { means: 'The page of the window ended, and is loaded anew.' },
  'desktop.port_taken': { means: 'Another program has the port of the engine, and a free one is used.' },
  'desktop.update_failed': {
    means: 'Updates could not be looked for or installed. It is tried again later.',
    todo: 'If it repeats, look at the address that updates come from.',
  },
}
