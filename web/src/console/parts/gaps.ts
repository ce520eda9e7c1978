// Where nothing was kept a line has a hole; joining both ends would claim what nobody saw.
export interface Moment<T> {
  atS: number
  /** What it was; null: nobody knows, the line ends before and begins anew after. */
  of: T | null
}

export type Gap = readonly [fromS: number, untilS: number]

/** A reading may be late, and one may be missing; two that are missing are a hole. */
const LATE = 2.5

/** The moments, with one more inside each hole at which nothing is known. */
export function broken<T>(moments: readonly Moment<T>[], stepS: number): Moment<T>[] {
  return moments.flatMap((moment, at) => {
    const before = moments[at - 1]
    const isHole = before && moment.atS - before.atS > LATE * stepS
    return isHole ? [{ atS: (before.atS + moment.atS) / 2, of: null }, moment] : [moment]
  })
}

export function gapsIn<T>(moments: readonly Moment<T>[]): Gap[] {
  return moments.flatMap((moment, at) => {
    const [before, after] = [moments[at - 1], moments[at + 1]]
    return moment.of === null && before && after ? [[before.atS, after.atS] as const] : []
  })
}
