// What a merchant tells when it begins, as its fields are filled in.
export interface Application {
  name: string
  latinName: string
  latinCity: string
  category: string
  credit: string
  bank: string
  holder: string
  number: string
  webhook: string
}

export type Field = keyof Application

export function emptyApplication(): Application {
  return { name: '', latinName: '', latinCity: '', category: '', credit: '', bank: '', holder: '', number: '', webhook: '' }
}

const FORMS: Record<Field, RegExp> = {
  name: /^.{1,100}$/u, latinName: /^[ -~]{1,25}$/, latinCity: /^[ -~]{1,15}$/, category: /^\d{4}$/, credit: /^[0-9A-Z]{18}$/,
  bank: /^\d{12}$/, holder: /^.{1,100}$/u, number: /^\d{8,32}$/, webhook: /^(https?:\/\/[!-~]+)?$/,
}

/** As they are sent: without spaces around, codes without any and in capitals. */
export function tidied(given: Application): Application {
  const plain = Object.fromEntries(Object.entries(given).map(([name, text]) => [name, text.trim()])) as unknown as Application
  for (const name of ['category', 'credit', 'bank', 'number'] as const) plain[name] = plain[name].replaceAll(/[\s-]/g, '').toUpperCase()
  return plain
}

/** Which fields are not what the bank takes. */
export function wrongFields(given: Application): Field[] {
  const tidy = tidied(given)
  return (Object.keys(FORMS) as Field[]).filter((name) => !FORMS[name].test(tidy[name]))
}

/** The end of the account, by which two people recognise it. */
export function accountEnd(given: Application): string {
  return `…${tidied(given).number.slice(-4)}`
}

export function bodyOf(given: Application): unknown {
  const tidy = tidied(given)
  return {
    name: tidy.name, latin_name: tidy.latinName, latin_city: tidy.latinCity, category_code: tidy.category, credit_code: tidy.credit,
    bank_code: tidy.bank, account_holder: tidy.holder, account_number: tidy.number,
    webhook_url: tidy.webhook === '' ? null : tidy.webhook,
  }
}
