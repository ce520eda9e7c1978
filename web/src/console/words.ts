// The bank's own words for states and kinds, as people say them; an unknown one is shown as it came.
import { useI18n } from 'vue-i18n'

export interface Words {
  of: (group: string, name: string | number) => string
  /** What somebody did, by the trail's name for it: `freeze`, or `approve-unfreeze`. */
  act: (action: string) => string
}

const BY_TWO = /^(propose|approve|reject|carry-out)-(.+)$/

export function useWords(): Words {
  const { t, te } = useI18n()

  function of(group: string, name: string | number): string {
    const key = `words.${group}.${name}`
    return te(key) ? t(key) : String(name)
  }

  function act(action: string): string {
    const found = BY_TWO.exec(action)
    return found ? t('words.byTwo', { verb: of('action', found[1]!), what: of('proposal', found[2]!) }) : of('action', action)
  }

  return { of, act }
}
