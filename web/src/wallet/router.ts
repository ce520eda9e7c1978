import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'home', component: () => import('./pages/HomePage.vue') },
  { path: '/start', name: 'start', component: () => import('./pages/StartPage.vue') },
  { path: '/pay', name: 'pay', component: () => import('./pages/PayCodePage.vue') },
  { path: '/receive', name: 'receive', component: () => import('./pages/ReceivePage.vue') },
  { path: '/scan', name: 'scan', component: () => import('./pages/ScanPage.vue') },
  { path: '/pay-shop', name: 'pay-shop', component: () => import('./pages/PayShopPage.vue') },
  { path: '/pay-till', name: 'pay-till', component: () => import('./pages/PayTillPage.vue') },
  { path: '/voucher', name: 'voucher', component: () => import('./pages/TakeVoucherPage.vue') },
  { path: '/transfer', name: 'transfer', component: () => import('./pages/TransferPage.vue') },
  {
    path: '/cards/:way(exchange|save)',
    name: 'card-money',
    component: () => import('./pages/CardMoneyPage.vue'),
  },
  { path: '/cards', name: 'cards', component: () => import('./pages/CardsPage.vue') },
  { path: '/requests', name: 'requests', component: () => import('./pages/RequestsPage.vue') },
  { path: '/limits', name: 'limits', component: () => import('./pages/LimitsPage.vue') },
  { path: '/records', name: 'records', component: () => import('./pages/RecordsPage.vue') },
  { path: '/statement', name: 'statement', component: () => import('./pages/StatementPage.vue') },
  { path: '/notices', name: 'notices', component: () => import('./pages/NoticesPage.vue') },
  { path: '/settings', name: 'settings', component: () => import('./pages/SettingsPage.vue') },
  { path: '/open', name: 'open', component: () => import('./pages/OpenPage.vue') },
  { path: '/line', name: 'line', component: () => import('./pages/LinePage.vue') },
  { path: '/purse', name: 'purse', component: () => import('./pages/PursePage.vue') },
  { path: '/purse/set-up', name: 'set-up', component: () => import('./pages/SetUpPage.vue') },
  {
    path: '/purse/:way(load|unload)',
    name: 'purse-money',
    component: () => import('./pages/PurseMoneyPage.vue'),
  },
  {
    path: '/purse/limits',
    name: 'purse-limits',
    component: () => import('./pages/PurseLimitsPage.vue'),
  },
  { path: '/purse/arm', name: 'arm', component: () => import('./pages/ArmPage.vue') },
  { path: '/purse/pin', name: 'card-pin', component: () => import('./pages/CardPinPage.vue') },
  { path: '/purse/paid', name: 'paid', component: () => import('./pages/PaidPage.vue') },
  { path: '/purse/carried', name: 'carried', component: () => import('./pages/CarriedPage.vue') },
  { path: '/purse/lost', name: 'lost', component: () => import('./pages/LostPage.vue') },
  { path: '/tap/pay', name: 'tap-pay', component: () => import('./pages/TapPayPage.vue') },
  {
    path: '/tap/receive',
    name: 'tap-receive',
    component: () => import('./pages/TapReceivePage.vue'),
  },
  { path: '/who-sees', name: 'who-sees', component: () => import('./pages/WhoSeesPage.vue') },
  { path: '/:rest(.*)*', redirect: '/' },
]

export const router = createRouter({
  history: createWebHashHistory(),
  routes,
  scrollBehavior: (_to, _from, kept) => kept ?? { top: 0 },
})
