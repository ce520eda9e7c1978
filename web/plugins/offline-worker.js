// Keeps the page that was opened and the hashed files that it asked for. What a program answers at
// its interface is not touched: only it knows whether that is still true.
const CACHE = 'zerobar-%VERSION%'
// By each entry's script, all that it may ask for: a part that was never opened is there too.
const FILES = { /* FILES */ }
const IS_FILE = /^\/(assets|icons)\/|^\/manifest\.webmanifest$/

self.addEventListener('install', (event) => {
  event.waitUntil(keepPage().then(() => self.skipWaiting()))
})

self.addEventListener('activate', (event) => {
  event.waitUntil(forgetOlder().then(() => self.clients.claim()))
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin) return
  if (request.mode === 'navigate' && url.pathname === '/') event.respondWith(newestPage(request))
  else if (IS_FILE.test(url.pathname)) event.respondWith(keptFile(request))
})

async function keepPage() {
  const cache = await caches.open(CACHE)
  const page = await fetch('/', { cache: 'reload' })
  const text = await page.clone().text()
  const named = [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((found) => found[1])
  const files = new Set(named.flatMap((name) => [name, ...(FILES[name] ?? [])]))
  await cache.put('/', page)
  await cache.addAll([...files])
}

async function forgetOlder() {
  const names = await caches.keys()
  const older = names.filter((name) => name.startsWith('zerobar-') && name !== CACHE)
  await Promise.all(older.map((name) => caches.delete(name)))
}

async function newestPage(request) {
  const cache = await caches.open(CACHE)
  try {
    const answer = await fetch(request)
    if (answer.ok) await cache.put('/', answer.clone())
    return answer
  } catch (error) {
    const kept = await cache.match('/')
    if (kept) return kept
    throw error
  }
}

async function keptFile(request) {
  const cache = await caches.open(CACHE)
  const kept = await cache.match(request)
  if (kept) return kept
  const answer = await fetch(request)
  if (answer.ok) await cache.put(request, answer.clone())
  return answer
}
