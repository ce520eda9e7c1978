// A SIM is dragged onto a reader: with a mouse, a pen or a finger.
import { onScopeDispose, reactive } from 'vue'

export interface Dragging {
  card: string
  x: number
  y: number
  /** The device below the pointer that can read it; empty if there is none. */
  over: string
}

/** What is dragged now; one card at a time. */
export const dragging = reactive<Dragging>({ card: '', x: 0, y: 0, over: '' })

export function useDrag(card: () => string, drop: (reader: string) => void) {
  function start(event: PointerEvent): void {
    if (event.button !== 0) return
    event.preventDefault()
    // The pointer stays ours even above a frame, which would swallow it otherwise.
    ;(event.currentTarget as HTMLElement).setPointerCapture(event.pointerId)
    Object.assign(dragging, { card: card(), x: event.clientX, y: event.clientY, over: '' })
    window.addEventListener('keydown', cancelByKey)
  }

  function move(event: PointerEvent): void {
    if (dragging.card !== card()) return
    const over = readerAt(event.clientX, event.clientY)
    Object.assign(dragging, { x: event.clientX, y: event.clientY, over: over === card() ? '' : over })
  }

  function end(): void {
    const { over } = dragging
    if (dragging.card !== card()) return
    cancel()
    if (over !== '') drop(over)
  }

  onScopeDispose(() => {
    if (dragging.card === card()) cancel()
  })
  return { start, move, end, cancel }
}

function cancel(): void {
  Object.assign(dragging, { card: '', over: '' })
  window.removeEventListener('keydown', cancelByKey)
}

function cancelByKey(event: KeyboardEvent): void {
  if (event.key === 'Escape') cancel()
}

function readerAt(x: number, y: number): string {
  const found = document.elementFromPoint(x, y)?.closest<HTMLElement>('[data-reader]')
  return found?.dataset.reader ?? ''
}
