import * as React from 'react'

type Act = (run: () => unknown) => PromiseLike<unknown>

/** React's own, where it has one: its production build has none, and before 18.3 it went by another name. */
const act: Act | undefined = (React as { act?: Act }).act ?? (React as { unstable_act?: Act }).unstable_act
/** Testing Library sets it, and clears it while `findBy…` and `waitFor` wait: then React renders by itself. */
const scope = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean | undefined }

/** Where React keeps what a scope of act() gathers, by the names of 19 and 18. */
const books = React as { readonly [name: string]: unknown }
const react19 = books['__CLIENT_INTERNALS_DO_NOT_USE_OR_WARN_USERS_THEY_CANNOT_UPGRADE'] as { readonly actQueue?: unknown } | undefined
const react18 = books['__SECRET_INTERNALS_DO_NOT_USE_OR_YOU_WILL_BE_FIRED'] as { readonly ReactCurrentActQueue?: { readonly current?: unknown } } | undefined

/**
 * Whether a scope is open, or is being rendered after its end. Another one in it would close it for the microtasks that
 * follow, and only React's own books tell. A React that keeps them elsewhere is asked for a scope too many, at worst.
 */
function isGathering(): boolean {
  return (react19?.actQueue ?? react18?.ReactCurrentActQueue?.current ?? null) !== null
}

/** Runs what may change components: within act() where updates outside of it are warned of. */
export function acted(run: () => void): void {
  // Braces: a promise would make React wait for it.
  if (act !== undefined && scope.IS_REACT_ACT_ENVIRONMENT === true && !isGathering()) void act(() => { run() })
  else run()
}

let last: Promise<void> | undefined

/**
 * Runs within act() what takes several turns, and lets React render what came of it. React takes one such scope at a
 * time, so a second one waits; the first opens at once, before any microtask that is under way.
 */
export function actedThrough(run: () => Promise<void>): Promise<void> {
  const mine = last === undefined ? inAct(run) : last.then(() => inAct(run))
  const end = (): void => {
    if (last === done) last = undefined
  }
  const done = mine.then(end, end)
  last = done
  return mine
}

async function inAct(run: () => Promise<void>): Promise<void> {
  if (act === undefined) return run()
  const before = scope.IS_REACT_ACT_ENVIRONMENT
  scope.IS_REACT_ACT_ENVIRONMENT = true
  try {
    await act(run)
  } finally {
    scope.IS_REACT_ACT_ENVIRONMENT = before
  }
}

/** Lets promises settle that wait for nothing but each other. */
export async function microtasks(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}
