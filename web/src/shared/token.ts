// The token comes once, behind the `#` of the address, which no server sees; then it is taken out
// of the address and kept for this browser.
const KEY = 'zerobar.token'

export function takeToken(): string | undefined {
  const found = /[#&]token=([^&]+)/.exec(location.hash)
  if (found?.[1]) {
    localStorage.setItem(KEY, decodeURIComponent(found[1]))
    history.replaceState(null, '', location.pathname + location.search)
  }
  return localStorage.getItem(KEY) ?? undefined
}
