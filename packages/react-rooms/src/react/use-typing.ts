import { React } from './react.js'
import type { RoomHandle } from '../client/room-handle.js'
import type { AnyRoom } from '../client/room.js'
import { NOBODY_TYPES, type Typist } from '../client/typing-store.js'
import { useSelected } from './use-selected.js'
import { viewOf } from './view-of.js'

export interface Typing {
  /** Who else types. */
  readonly typing: readonly Typist[]
  /** For the field's `onInput` or `onChange`: reads its value; an empty one stops. Without an event it counts as typing. */
  onInput(event?: unknown): void
  onBlur(): void
  /** Call it when the message is sent. */
  stop(): void
}

/**
 * Who types, and the handlers that say it of oneself.
 *
 * @example const { typing, onInput, onBlur, stop } = useTyping(room)
 */
export const useTyping = (room: AnyRoom): Typing => {
  const typing = useSelected(viewOf(room).typing, NOBODY_TYPES)
  const handlers = React.useMemo(() => {
    const say = (on: boolean): void => (room as RoomHandle).setTyping(on)
    const stop = (): void => say(false)
    return { onInput: (event?: unknown) => say(textOf(event) !== ''), onBlur: stop, stop }
  }, [room])
  React.useEffect(() => handlers.stop, [handlers])
  return { typing, ...handlers }
}

/** The text of the field an input event came from; undefined when it has none to show. */
const textOf = (event: unknown): string | null | undefined => {
  const field = (event as { target?: { value?: string; textContent?: string | null } } | undefined)?.target
  return field?.value ?? field?.textContent
}
