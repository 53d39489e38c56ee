import type { RoomGrants } from 'rooms-protocol'
import { encodeData } from './event.js'
import type { KindRules } from './kinds.js'
import type { Limits } from './options.js'
import type { Problem } from './room-messages.js'
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

export type CheckedState = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: Problem }

/** Checks a presence state against the limit and the contract, whose schema may make anything of it. Throws on what is no JSON. */
export async function checkState(limits: Pick<Limits, 'stateBytes'>, rules: KindRules, state: unknown): Promise<CheckedState> {
  if (state === undefined || state === null) return { ok: true, value: null }
  if (Buffer.byteLength(JSON.stringify(state)) > limits.stateBytes) return tooLarge(limits)
  const checked = await validate(rules.state, state)
  if (!checked.ok) return { ok: false, problem: { code: 'invalid_data', message: `presence state breaks the contract: ${sayIssues(checked.issues)}`, issues: checked.issues } }
  if (rules.state === null) return checked
  const json = encodeData('state', checked.value)
  return Buffer.byteLength(json) > limits.stateBytes ? tooLarge(limits) : { ok: true, value: JSON.parse(json) as unknown }
}

function tooLarge({ stateBytes }: Pick<Limits, 'stateBytes'>): CheckedState {
  return { ok: false, problem: { code: 'too_large', message: `presence state may have at most limits.stateBytes (${stateBytes}) bytes: put less in it` } }
}
