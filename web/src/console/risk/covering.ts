// What a higher ceiling moves now, as the bank reckons it: from the vault to the float.
import type { Fen } from '@shared/money'
import type { Loss } from '../api/risk'

export interface Cover {
  /** What moves at once, as far as the vault has it. */
  moves: Fen
  /** What the vault lacks for that. */
  lacks: Fen
  /** What would still wait for a higher ceiling. */
  waits: Fen
}

export function coverOf(loss: Loss, ceiling: Fen, vault: Fen): Cover {
  const open = Math.max(loss.lost_fen - loss.covered_fen, 0)
  const wanted = Math.min(open, Math.max(Math.max(ceiling, loss.ceiling_fen) - loss.covered_fen, 0))
  return { moves: Math.min(wanted, vault), lacks: Math.max(wanted - vault, 0), waits: open - wanted }
}
