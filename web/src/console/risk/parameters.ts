// The numbers that a pattern goes by, as an officer reads and writes them.
import { told } from '@shared/i18n'
import { fenOf, plainYuan, yuan } from '@shared/money'
import { useI18n } from 'vue-i18n'
import type { Parameter } from '../api/risk'

export function useParameters() {
  const { t } = useI18n()

  function amount(parameter: Parameter, value: number): string {
    if (parameter.unit === 'fen') return yuan(value)
    return parameter.unit === 'hours' ? t('pattern.hours', { count: value }) : value.toLocaleString('en')
  }

  return {
    title: (parameter: Parameter) => told({ text: parameter.title, text_zh: parameter.title_zh }),
    shown: (parameter: Parameter) => amount(parameter, parameter.value),
    bounds: (parameter: Parameter) =>
      t('pattern.bounds', { least: amount(parameter, parameter.least), most: amount(parameter, parameter.most) }),
    written: (parameter: Parameter) =>
      parameter.unit === 'fen' ? plainYuan(parameter.value).replaceAll(',', '') : String(parameter.value),
    /** Undefined: it is no such number, or out of its bounds. */
    read(parameter: Parameter, text: string): number | undefined {
      const value = parameter.unit === 'fen' ? fenOf(text.trim()) : /^\d+$/.test(text.trim()) ? Number(text) : undefined
      return value === undefined || value < parameter.least || value > parameter.most ? undefined : value
    },
  }
}
