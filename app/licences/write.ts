import { writeFileSync } from 'node:fs'
import { licencePages } from './pages.ts'

// `npm run docs:licences`.
for (const [path, text] of Object.entries(licencePages()))
  writeFileSync(new URL(`../../docs/${path}`, import.meta.url), text)
