// A list that the bank gives in pages: the next one begins where its cursor says.
import { Problem } from '@shared/problem'
import { shallowReactive } from 'vue'

export interface Page<T> {
  items: T[]
  next_cursor?: string | null
}

export interface Pages<T> {
  items: T[]
  isBusy: boolean
  /** Nothing was answered yet. */
  isNew: boolean
  hasMore: boolean
  problem: Problem | undefined
  more: () => Promise<void>
  again: () => Promise<void>
}

/** A list; it is asked for by `again`, and every page after that by `more`. */
export function usePages<T>(asking: (cursor: string | undefined) => Promise<Page<T>>): Pages<T> {
  let cursor: string | undefined
  let newest = 0
  const pages: Pages<T> = shallowReactive({
    items: [],
    isBusy: false,
    isNew: true,
    hasMore: false,
    problem: undefined,
    more: () => turn(cursor, false),
    again: () => turn(undefined, true),
  })

  async function turn(from: string | undefined, isFirst: boolean): Promise<void> {
    const mine = (newest += 1)
    pages.isBusy = true
    try {
      const page = await asking(from)
      // A list that was asked for anew is not to be continued by an older answer.
      if (mine !== newest) return
      pages.items = isFirst ? page.items : [...pages.items, ...page.items]
      cursor = page.next_cursor ?? undefined
      Object.assign(pages, { hasMore: cursor !== undefined, problem: undefined, isNew: false })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (mine === newest) pages.problem = error
    } finally {
      if (mine === newest) pages.isBusy = false
    }
  }
  return pages
}
