import { nextTick, watch } from 'vue'
import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'
import type { Role } from './api/control'
import { ROLES_OF } from './navigation'
import { has, staff, want } from './staff'

const LOOKING: readonly Role[] = ['operations', 'risk']

const PLACES: RouteRecordRaw[] = [
  { path: '/', name: 'overview', component: () => import('./operations/OverviewPage.vue') },
  { path: '/search', name: 'search', component: () => import('./operations/SearchPage.vue') },
  { path: '/settlement', name: 'runs', component: () => import('./operations/RunsPage.vue') },
  { path: '/vouchers', name: 'vouchers', component: () => import('./operations/VouchersPage.vue') },
  { path: '/merchants', name: 'merchants', component: () => import('./operations/MerchantsPage.vue') },
  { path: '/refunds', name: 'refunds', component: () => import('./operations/RefundsPage.vue') },
  { path: '/reconciliation', name: 'reconciliation', component: () => import('./operations/ReconciliationPage.vue') },
  { path: '/blocklist', name: 'blocklist', component: () => import('./operations/BlocklistPage.vue') },
  { path: '/cases', name: 'cases', component: () => import('./risk/CasesPage.vue') },
  { path: '/losses', name: 'losses', component: () => import('./risk/LossesPage.vue') },
  { path: '/patterns', name: 'patterns', component: () => import('./risk/PatternsPage.vue') },
  { path: '/limits', name: 'limits', component: () => import('./risk/LimitsPage.vue') },
  { path: '/classes', name: 'classes', component: () => import('./risk/ClassesPage.vue') },
  { path: '/approvals', name: 'approvals', component: () => import('./control/ApprovalsPage.vue') },
  { path: '/money', name: 'money', component: () => import('./control/MoneyPage.vue') },
  { path: '/authority', name: 'authority', component: () => import('./control/AuthorityPage.vue') },
  { path: '/holders', name: 'holders', component: () => import('./control/HoldersPage.vue') },
  { path: '/staff', name: 'staff', component: () => import('./control/StaffPage.vue') },
  { path: '/trail', name: 'trail', component: () => import('./control/TrailPage.vue') },
  { path: '/exports', name: 'exports', component: () => import('./control/ExportsPage.vue') },
  { path: '/health-of-the-bank', name: 'health', component: () => import('./health/HealthPage.vue') },
].map((place) => ({ ...place, meta: { place: place.name, roles: ROLES_OF.get(place.name) ?? [] } }))

/** What is opened from a place; `place` is where the navigation then stands. */
const BELOW: RouteRecordRaw[] = [
  { path: '/wallets/:id', name: 'wallet', props: true, meta: { place: 'search', roles: LOOKING }, component: () => import('./operations/WalletPage.vue') },
  { path: '/purses/:id', name: 'purse', props: true, meta: { place: 'search', roles: LOOKING }, component: () => import('./operations/PursePage.vue') },
  { path: '/vouchers/:payer/:entry', name: 'voucher', props: true, meta: { place: 'vouchers', roles: LOOKING }, component: () => import('./operations/VoucherPage.vue') },
  { path: '/settlement/:batch', name: 'run', props: true, meta: { place: 'runs', roles: LOOKING }, component: () => import('./operations/RunPage.vue') },
  { path: '/merchants/new', name: 'merchant-new', meta: { place: 'merchants', roles: ['operations'] }, component: () => import('./operations/MerchantNewPage.vue') },
  { path: '/merchants/payouts', name: 'payouts', meta: { place: 'merchants', roles: ['operations'] }, component: () => import('./operations/MerchantPayoutsPage.vue') },
  { path: '/merchants/:id', name: 'merchant', props: true, meta: { place: 'merchants', roles: LOOKING }, component: () => import('./operations/MerchantPage.vue') },
  { path: '/cases/:id', name: 'case', props: true, meta: { place: 'cases', roles: ['risk'] }, component: () => import('./risk/CasePage.vue') },
  { path: '/patterns/:name', name: 'pattern', props: true, meta: { place: 'patterns', roles: ['risk'] }, component: () => import('./risk/PatternPage.vue') },
  { path: '/holders/stock', name: 'stock', meta: { place: 'holders', roles: LOOKING }, component: () => import('./operations/PurseOrdersPage.vue') },
  { path: '/account', name: 'account', meta: { place: 'account', roles: [] }, component: () => import('./control/AccountPage.vue') },
  { path: '/approvals/:id', name: 'approval', props: true, meta: { place: 'approvals', roles: [] }, component: () => import('./control/ApprovalPage.vue') },
]

export const router = createRouter({
  history: createWebHashHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/sign-in', name: 'sign-in', component: () => import('./sign-in/SignInPage.vue') },
    { path: '/not-for-you/:place', name: 'not-for-you', props: true, component: () => import('./sign-in/NotForYouPage.vue') },
    ...PLACES,
    ...BELOW,
    { path: '/:elsewhere(.*)', redirect: '/' },
  ],
})

router.beforeEach((to) => {
  if (!staff.me) {
    if (to.name === 'sign-in') return true
    want(to.fullPath)
    return { name: 'sign-in' }
  }
  if (to.name === 'sign-in') return { name: 'overview' }
  const roles = (to.meta['roles'] ?? []) as readonly Role[]
  return has(...roles) || { name: 'not-for-you', params: { place: String(to.meta['place']) } }
})

// Who listens to the page hears where they are now.
router.afterEach(async (to, from) => {
  if (from.matched.length === 0 || to.path === from.path) return
  await nextTick()
  // Nobody's typing is broken off by a page that was slow to come.
  if (document.activeElement?.matches('input, textarea, select')) return
  document.querySelector<HTMLElement>('main h1')?.focus()
})

watch(
  () => staff.me,
  (me) => {
    if (!me) void router.push({ name: 'sign-in' })
  },
)
