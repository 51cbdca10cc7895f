import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

// What updates the desktop is of no use to a daemon, so it is no dependency of the package: the desktop gets it as one file, which
// lies in its node_modules under the name that main.ts imports.
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const outDir = path('../../../dist-desktop/parts/electron-updater')
const { name, version, license } = JSON.parse(
  readFileSync(path('../../../node_modules/electron-updater/package.json'), 'utf8'),
) as { readonly name: string; readonly version: string; readonly license: string }

await build({
  configFile: false,
  logLevel: 'warn',
  root: path('.'),
  ssr: { noExternal: true, external: ['electron'] },
  build: {
    ssr: path('../../../node_modules/electron-updater/out/main.js'),
    outDir,
    emptyOutDir: true,
    minify: false,
    license: { fileName: 'licences.md' },
    rolldownOptions: { output: { format: 'cjs', entryFileNames: 'index.cjs', codeSplitting: false } },
  },
})
writeFileSync(
  `${outDir}/package.json`,
  `${JSON.stringify({ name, version, license, main: 'index.cjs' }, null, 2)}\n`,
)
