import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSite, sitePictures } from './site.ts'

// `npm run docs:site`.
const root = fileURLToPath(new URL('../../', import.meta.url))
const site = join(root, 'site')
const files = new Map<string, string | Buffer>([...buildSite(root), ...sitePictures(root)])
rmSync(site, { recursive: true, force: true })
for (const [path, content] of files) {
  mkdirSync(dirname(join(site, path)), { recursive: true })
  writeFileSync(join(site, path), content)
}
process.stdout.write(`${files.size} files: open ${join(site, 'index.html')}\n`)
