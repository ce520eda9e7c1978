import { nextTick, watch } from 'vue'
import { createRouter, createWebHashHistory } from 'vue-router'
import { cashier } from './cashier'

export const router = createRouter({
  history: createWebHashHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/', name: 'new-sale', component: () => import('./sale/NewSalePage.vue') },
    { path: '/sign-in', name: 'sign-in', component: () => import('./sign-in/SignInPage.vue') },
    { path: '/charge/:id', name: 'charge', props: true, component: () => import('./sale/ChargePage.vue') },
    { path: '/sales', name: 'sales', component: () => import('./sales/SalesPage.vue') },
    { path: '/sales/:id', name: 'sale', props: true, component: () => import('./sales/SalePage.vue') },
    { path: '/sales/:id/refund', name: 'refund', props: true, component: () => import('./sales/RefundPage.vue') },
    { path: '/day', name: 'day', component: () => import('./office/DayPage.vue') },
    { path: '/more', name: 'more', component: () => import('./office/MorePage.vue') },
    { path: '/bill', name: 'bill', component: () => import('./bills/BillPage.vue') },
    { path: '/queue', name: 'queue', component: () => import('./office/QueuePage.vue') },
    { path: '/doctor', name: 'doctor', component: () => import('./office/DoctorPage.vue') },
    { path: '/reconcile', name: 'reconcile', component: () => import('./office/ReconcilePage.vue') },
    { path: '/cashiers', name: 'cashiers', component: () => import('./office/CashiersPage.vue') },
    { path: '/shop-code', name: 'shop-code', component: () => import('./office/ShopCodePage.vue') },
    { path: '/settings', name: 'settings', component: () => import('./office/SettingsPage.vue') },
    { path: '/:elsewhere(.*)', redirect: '/' },
  ],
})

const OPEN = new Set(['sign-in', 'settings'])

router.beforeEach((to) => {
  if (!cashier.signedIn && !OPEN.has(String(to.name))) return { name: 'sign-in' }
  if (cashier.signedIn && to.name === 'sign-in') return { name: 'new-sale' }
  return true
})

// Who listens to the page hears where they are now.
router.afterEach(async (_to, from) => {
  if (from.matched.length === 0) return
  await nextTick()
  document.querySelector<HTMLElement>('main h1')?.focus()
})

watch(
  () => cashier.signedIn,
  (signedIn) => {
    if (!signedIn) void router.push({ name: 'sign-in' })
  },
)
