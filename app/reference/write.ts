import { writeFileSync } from 'node:fs'
import { generatedPages } from './pages.ts'

// `npm run docs:generate`.
for (const [path, text] of Object.entries(await generatedPages()))
  writeFileSync(new URL(`../../docs/${path}`, import.meta.url), text)
