import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { compressed } from './build/compressed.ts'
import { licences } from './build/licences.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

// Loaded by the screens that draw or edit with them.
const large =
  /\/node_modules\/(?:echarts|zrender|uplot|@codemirror|@lezer|style-mod|crelt|w3c-keyname|dayjs|uqr)\//

// Relative addresses and hash history: the same build runs below any path, and in the desktop's window.
export default defineConfig({
  root: here('.'),
  base: './',
  cacheDir: here('../../node_modules/.vite-console'),
  plugins: [react(), licences(), compressed()],
  build: {
    outDir: here('../../dist/console'),
    // Addresses of the console's own: /console/…
    assetsDir: 'console',
    emptyOutDir: true,
    target: 'es2023',
    // As the library is, and ECharts, which is loaded where a chart is.
    chunkSizeWarningLimit: 1000,
    // A file within a file would need `data:` in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What every screen is built of comes as two files, and not as a hundred small ones.
            { name: 'library', test: (id) => /\/node_modules\//.test(id) && !large.test(id) },
            { name: 'common', test: /\/app\/console\/(?:api|parts|shell|words)\/(?!echarts)/ },
          ],
        },
      },
    },
  },
  // `BROADSHEET=http://127.0.0.1:8025 npm run console:dev`: pages by Vite, the API by that daemon.
  server: {
    proxy: { '/api': { target: process.env.BROADSHEET ?? 'http://127.0.0.1:8025', changeOrigin: false } },
  },
})
