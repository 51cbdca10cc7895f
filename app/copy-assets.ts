import { cpSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// What the build does not emit because it is no program: the template sets, beside the code that reads them.
const from = fileURLToPath(new URL('./templates', import.meta.url))
const to = fileURLToPath(new URL('../dist/app/templates', import.meta.url))
cpSync(from, to, { recursive: true, filter: (path) => !path.endsWith('.ts') })
