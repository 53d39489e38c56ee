import { splice, type Rules, type Word } from './reducers.js'

/** Data of several pages, as React Query keeps it. */
interface Paged {
  readonly pages: readonly unknown[]
  readonly pageParams: readonly unknown[]
}

type PageParamOf = (page: unknown, pages: readonly unknown[], param: unknown, params: readonly unknown[]) => unknown

/** What an application said of its pages. */
interface PageRules extends Rules {
  readonly order?: 'chat' | 'feed' | 'log'
  readonly getNextPageParam?: PageParamOf
  readonly getPreviousPageParam?: PageParamOf
}

/** How a feed treats data of several pages; found among a query's options, so that who has no pages does not load it. */
export interface Paging {
  amend(data: unknown, item: unknown, word: Word, rules: PageRules): unknown
  mix(after: unknown, before: unknown, leads: readonly number[]): unknown
  merge(data: unknown, held: unknown, places: readonly Place[], fetched: ReadonlyMap<unknown, Place>): readonly [data: unknown, places: Place[], kept: boolean]
}
type Place = string | null | undefined

export const paging: Paging = {
  /** Does what the word says to the item with that `id`, on whichever page it is; a new one goes to the newest page. */
  amend(data, item, word, rules) {
    const { pages, pageParams } = data as Paged
    const isNew = word === 'upsert'
    const spliced = pages.map((page) => splice(page, item, isNew ? 'update' : word))
    if (spliced.includes(undefined)) return undefined
    if (spliced.some((page, index) => page !== pages[index])) return { ...(data as Paged), pages: spliced }
    const isLog = rules.order === 'log'
    const newest = isLog ? pages.length - 1 : 0
    const page = pages[newest] as unknown[] | undefined
    // What is newer than the newest page held comes with the pages between.
    const beyond = rules[isLog ? 'getNextPageParam' : 'getPreviousPageParam']?.(page, pages, pageParams[newest], pageParams)
    if (!isNew || !page || beyond != null) return data
    return { ...(data as Paged), pages: pages.with(newest, rules.order === 'feed' ? [item, ...page] : [...page, item]) }
  },

  /** Pages that stood right before the event as it left them. One that is newer, or waits for what it missed, keeps what it holds. */
  mix: (after, before, leads) => after === before ? after : {
    ...(after as Paged),
    pages: (after as Paged).pages.map((page, index) => ((leads[index] ?? 1) === 1 ? page : (before as Paged).pages[index])),
  },

  /** What was fetched, with the pages held before as they are by now. */
  merge(data, held, stood, fetched) {
    const { pages, pageParams } = data as Paged
    const places: Place[] = []
    let last = -1
    const merged = pages.map((page, index) => {
      const before = fetched.has(page) || !held ? -1 : (held as Paged).pageParams.indexOf(pageParams[index], last + 1)
      places.push(before < 0 ? fetched.get(page) : stood[before])
      if (before < 0) return page
      last = before
      return (held as Paged).pages[before]
    })
    return [{ pages: merged, pageParams }, places, last >= 0]
  },
}
