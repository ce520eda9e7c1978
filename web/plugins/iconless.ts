// Vant's font of icons comes as a data address, which the pages' policy bars; nothing here uses it.
import type { Plugin } from 'vite'

const ICON_STYLE = /vant\/es\/icon\/index\.css/
const FONT = /@font-face\s*\{[^}]*\}/g

export function iconless(): Plugin {
  return {
    name: 'zerobar-iconless',
    enforce: 'pre',
    transform(code, id) {
      return ICON_STYLE.test(id) ? { code: code.replace(FONT, ''), map: null } : undefined
    },
  }
}
