import { describe, expect, it } from 'vitest'
import { accountEnd, bodyOf, emptyApplication, wrongFields, type Application } from './application'

const TEA: Application = {
  name: ' 北京茶馆 ', latinName: 'Beijing Tea House', latinCity: 'BEIJING', category: '5812', credit: '9111 0000 6000 3734 1l',
  bank: '1021-0009-9996', holder: '北京茶馆有限公司', number: '6222 0202 0011 2233 445', webhook: '',
}

describe('an application', () => {
  it('is taken with spaces and small letters, and sent without', () => {
    expect(wrongFields(TEA)).toEqual([])
    expect(bodyOf(TEA)).toMatchObject({
      name: '北京茶馆', credit_code: '91110000600037341L', bank_code: '102100099996', account_number: '6222020200112233445',
      webhook_url: null,
    })
    expect(accountEnd(TEA)).toBe('…3445')
  })

  it('names what is missing or wrong', () => {
    expect(wrongFields(emptyApplication())).not.toContain('webhook')
    expect(wrongFields(emptyApplication())).toHaveLength(8)
    expect(wrongFields({ ...TEA, latinName: '茶馆', category: '58', webhook: 'ftp://tea' })).toEqual(['latinName', 'category', 'webhook'])
  })
})
