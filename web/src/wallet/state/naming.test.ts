import { expect, it } from 'vitest'
import { personNamed } from './naming'

it('takes eleven digits for a phone and others for a wallet, however they are written', () => {
  expect([
    personNamed('138 0000 0001'),
    personNamed('+852 9123 4567'),
    personNamed('0300 5906 5943 2865'),
  ]).toEqual([
    { kind: 'phone', value: '+8613800000001' },
    { kind: 'phone', value: '+85291234567' },
    { kind: 'wallet-number', value: '0300590659432865' },
  ])
})
