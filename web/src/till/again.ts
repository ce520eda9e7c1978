import { onScopeDispose } from 'vue'

/** Do something again and again while the page is looked at, never twice at once. */
export function useAgain(everyMs: number, doing: () => Promise<void>): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isOver = false
  async function round(): Promise<void> {
    if (!document.hidden) await doing()
    if (!isOver) timer = setTimeout(round, everyMs)
  }
  void round()
  onScopeDispose(() => {
    isOver = true
    clearTimeout(timer)
  })
}
