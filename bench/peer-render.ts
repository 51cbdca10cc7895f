import { parentPort, workerData } from 'node:worker_threads'
import MailComposer from 'nodemailer/lib/mail-composer/index.js'
import { peerMail, peerRenderer } from './peer-letter.ts'

// The field's usual way to make a letter, one at a time: a template engine, then nodemailer's composer.
const { kind, ms } = workerData as { kind: 'liquidjs' | 'eta'; ms: number }
const render = peerRenderer(kind)
const compose = (html: string) =>
  new Promise<Buffer>((resolve, reject) => {
    new MailComposer(peerMail(html))
      .compile()
      .build((error, message) => (error ? reject(error) : resolve(message)))
  })

async function run(forMs: number): Promise<number> {
  const start = performance.now()
  let letters = 0
  while (performance.now() - start < forMs) {
    await compose(render())
    letters++
  }
  return (letters * 1000) / (performance.now() - start)
}
await run(ms / 4)
parentPort!.postMessage(await run(ms / 2))
