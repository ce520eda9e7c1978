import { fileURLToPath } from 'node:url'
import { VantResolver } from '@vant/auto-import-resolver'
import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { defineConfig } from 'vite'
import { iconless } from './plugins/iconless.ts'
import { offline } from './plugins/offline.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// One entry for each program's screen; the build lies inside the Python package, which serves it.
export default defineConfig({
  plugins: [iconless(), vue(), Components({ dts: false, dirs: [], resolvers: [VantResolver()] }), offline()],
  resolve: { alias: { '@shared': here('./src/shared') } },
  build: {
    outDir: here('../src/zerobar/screens'),
    emptyOutDir: true,
    target: 'es2022',
    // Data addresses would ask for more in the page's policy than files do.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      // How long the plugins took is nothing that whoever sets this up has to read.
      checks: { pluginTimings: false },
      input: Object.fromEntries(
        ['wallet', 'till', 'stage', 'console'].map((entry) => [entry, here(`./${entry}.html`)]),
      ),
    },
  },
})
