// A swipe over the wallet's card: up to pay, down to be paid. Buttons do the same.
const FAR_ENOUGH_PX = 60

export function useSwipe(up: () => void, down: () => void) {
  let from: number | undefined

  function onPointerdown(event: PointerEvent): void {
    from = event.clientY
  }

  function onPointerup(event: PointerEvent): void {
    const far = from === undefined ? 0 : event.clientY - from
    from = undefined
    if (far < -FAR_ENOUGH_PX) up()
    else if (far > FAR_ENOUGH_PX) down()
  }
  return { onPointerdown, onPointerup }
}
