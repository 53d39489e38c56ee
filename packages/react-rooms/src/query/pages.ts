/** Data of several pages, as React Query keeps it. */
export interface Paged {
  readonly pages: readonly unknown[]
  readonly pageParams: readonly unknown[]
}

/** The data with each page replaced. What was fetched in one go is one page, without a param. */
export function mapPages(data: unknown, replace: (page: unknown, index: number, param?: unknown) => unknown): unknown {
  const { pages, pageParams } = (data ?? {}) as Partial<Paged>
  return pageParams ? { ...(data as Paged), pages: pages!.map((page, index) => replace(page, index, pageParams[index])) } : replace(data, 0)
}
