// What there is, in the order in which it is looked for; and who may see it.
import type { Role } from './api/control'
import type { SignName } from './parts/Sign.vue'

export interface Place {
  name: string
  path: string
  sign: SignName
  roles: readonly Role[]
}

export interface Area {
  name: string
  places: Place[]
}

const LOOKING: readonly Role[] = ['operations', 'risk']
const RISK: readonly Role[] = ['risk']
const TRAIL: readonly Role[] = ['risk', 'administrator']
const AUTHORITY: readonly Role[] = ['authority-issuer', 'authority-approver']
const EVERYBODY: readonly Role[] = []

export const AREAS: Area[] = [
  {
    name: 'operations',
    places: [
      { name: 'overview', path: '/', sign: 'overview', roles: EVERYBODY },
      { name: 'search', path: '/search', sign: 'search', roles: LOOKING },
      { name: 'runs', path: '/settlement', sign: 'settle', roles: LOOKING },
      { name: 'vouchers', path: '/vouchers', sign: 'voucher', roles: LOOKING },
      { name: 'merchants', path: '/merchants', sign: 'shop', roles: LOOKING },
      { name: 'refunds', path: '/refunds', sign: 'refund', roles: LOOKING },
      { name: 'reconciliation', path: '/reconciliation', sign: 'compare', roles: LOOKING },
      { name: 'blocklist', path: '/blocklist', sign: 'block', roles: LOOKING },
    ],
  },
  {
    name: 'risk',
    places: [
      { name: 'cases', path: '/cases', sign: 'case', roles: RISK },
      { name: 'losses', path: '/losses', sign: 'loss', roles: RISK },
      { name: 'patterns', path: '/patterns', sign: 'pattern', roles: RISK },
      { name: 'limits', path: '/limits', sign: 'limits', roles: LOOKING },
      { name: 'classes', path: '/classes', sign: 'switch', roles: RISK },
    ],
  },
  {
    name: 'control',
    places: [
      { name: 'approvals', path: '/approvals', sign: 'approve', roles: EVERYBODY },
      { name: 'money', path: '/money', sign: 'money', roles: AUTHORITY },
      { name: 'authority', path: '/authority', sign: 'key', roles: [...AUTHORITY, 'administrator'] },
      { name: 'holders', path: '/holders', sign: 'holder', roles: LOOKING },
      { name: 'staff', path: '/staff', sign: 'staff', roles: ['administrator'] },
      { name: 'trail', path: '/trail', sign: 'trail', roles: TRAIL },
      { name: 'exports', path: '/exports', sign: 'export', roles: EVERYBODY },
    ],
  },
  { name: 'health', places: [{ name: 'health', path: '/health-of-the-bank', sign: 'health', roles: EVERYBODY }] },
]

export const ROLES_OF = new Map(AREAS.flatMap((area) => area.places.map((place) => [place.name, place.roles])))
