import { setFlagsFromString } from 'node:v8'
import { lineToParent } from './line.ts'

// As app/bin.js says of its process, and as early.
setFlagsFromString('--wasm-wrapper-tiering-budget=2147483647')

const line = lineToParent(process)
if (line === null) {
  process.stderr.write(
    "This is the desktop's engine; it is started by the desktop. Use `broadsheet serve`.\n",
  )
  process.exitCode = 1
} else {
  const { answer } = await import('./serve.ts')
  answer(line, { env: process.env, stderr: process.stderr, exit: (code) => process.exit(code) })
}
