import { cpSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// What the build does not emit because it is no program: the template sets, beside the code that reads them, the project that new
// plugins are made from, as it is, and the desktop's pictures.
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
cpSync(path('./templates'), path('../dist/app/templates'), {
  recursive: true,
  filter: (file) => !file.endsWith('.ts'),
})
cpSync(path('./plugins/kit/template'), path('../dist/app/plugins/kit/template'), { recursive: true })
cpSync(path('./electron/icons'), path('../dist/app/electron/icons'), { recursive: true })
