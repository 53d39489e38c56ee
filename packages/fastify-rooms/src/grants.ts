import type { RoomGrants } from 'rooms-protocol'
import type { Connection } from './connection.js'
import type { KindRules } from './kinds.js'
import type { Grants } from './rooms-api.js'
import { sayIssues, validate } from './validate.js'

/** Stands for every name where there is no contract to list them. */
const ANY = '*'

/** What the client is told it may do: the contract's names, less what `authorize` did not grant. */
export function grantsOf(rules: KindRules, grants: Grants | null, visible: boolean): RoomGrants {
  const names = (all: KindRules['publish'], granted: readonly string[] | undefined): string[] => {
    if (all === null) return grants === null ? [ANY] : [...(granted ?? [])]
    return [...all.keys()].filter((name) => grants === null || granted?.includes(name))
  }
  return {
    publish: names(rules.publish, grants?.publish),
    signal: names(rules.signals, grants?.signal),
    presence: visible,
    history: grants?.history !== false,
  }
}

export type AcceptedState = { readonly ok: true; readonly value: unknown } | { readonly ok: false }

/** Checks a presence state; one that cannot be taken is answered with `error`. */
export async function acceptState(connection: Connection, rules: KindRules, room: string, state: unknown): Promise<AcceptedState> {
  if (state === undefined || state === null) return { ok: true, value: null }
  const { stateBytes } = connection.node.options.limits
  if (Buffer.byteLength(JSON.stringify(state)) > stateBytes) {
    connection.send({ type: 'error', code: 'too_large', room, message: `presence state may have at most limits.stateBytes (${stateBytes}) bytes: put less in it` })
    return { ok: false }
  }
  const checked = await validate(rules.state, state)
  if (checked.ok) return checked
  connection.send({ type: 'error', code: 'invalid_data', room, message: `presence state breaks the contract: ${sayIssues(checked.issues)}`, issues: checked.issues })
  return { ok: false }
}
