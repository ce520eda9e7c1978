// The bank's own words for states and kinds, as people say them; an unknown one is shown as it came.
import { useI18n } from 'vue-i18n'

export interface Words {
  of: (group: string, name: string | number) => string
}

export function useWords(): Words {
  const { t, te } = useI18n()
  return {
    of(group, name) {
      const key = `words.${group}.${name}`
      return te(key) ? t(key) : String(name)
    },
  }
}
