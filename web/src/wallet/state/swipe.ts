// A swipe over the wallet's card: up to pay, down to be paid. Buttons do the same.
import { onScopeDispose } from 'vue'

const FAR_ENOUGH_PX = 60

export function useSwipe(up: () => void, down: () => void) {
  let from: number | undefined

  // The finger may leave the card before it is lifted.
  function end(event: PointerEvent): void {
    window.removeEventListener('pointerup', end)
    const far = from === undefined ? 0 : event.clientY - from
    from = undefined
    if (far < -FAR_ENOUGH_PX) up()
    else if (far > FAR_ENOUGH_PX) down()
  }

  function onPointerdown(event: PointerEvent): void {
    from = event.clientY
    window.addEventListener('pointerup', end)
  }

  onScopeDispose(() => window.removeEventListener('pointerup', end))
  return { onPointerdown }
}
