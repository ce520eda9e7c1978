// Makes `sw.js`: the page and its files come from the cache when nobody answers. Each build names
// its own cache, and clears away those of older builds. Nothing of an interface is ever kept.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Plugin, Rolldown } from 'vite'

type Bundle = Rolldown.OutputBundle
const SOURCE = new URL('./offline-worker.js', import.meta.url)

export function offline(): Plugin {
  return {
    name: 'zerobar-offline',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      const files = JSON.stringify(filesOfEntries(bundle))
      const version = createHash('sha256').update(files).digest('hex').slice(0, 12)
      const source = readFileSync(SOURCE, 'utf8')
      this.emitFile({
        type: 'asset',
        fileName: 'sw.js',
        source: source.replace('%VERSION%', version).replace('{ /* FILES */ }', files),
      })
    },
  }
}

/** What each entry's script may ever ask for, by the script's own name. */
function filesOfEntries(bundle: Bundle): Record<string, string[]> {
  const entries = Object.values(bundle).filter((file) => file.type === 'chunk' && file.isEntry)
  return Object.fromEntries(
    entries.map((entry) => [`/${entry.fileName}`, [...reachable(bundle, entry.fileName)].sort()]),
  )
}

function reachable(bundle: Bundle, name: string, found = new Set<string>()): Set<string> {
  const file = bundle[name]
  if (found.has(`/${name}`) || file?.type !== 'chunk') return found
  found.add(`/${name}`)
  for (const style of file.viteMetadata?.importedCss ?? []) found.add(`/${style}`)
  for (const asset of file.viteMetadata?.importedAssets ?? []) found.add(`/${asset}`)
  for (const next of [...file.imports, ...file.dynamicImports]) reachable(bundle, next, found)
  return found
}
