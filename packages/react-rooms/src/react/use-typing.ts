import { React } from './react.js'
import type { RoomHandle } from '../client/room-handle.js'
import type { AnyRoom } from '../client/room.js'
import { NOBODY_TYPES, type Typist } from '../client/typing-store.js'
import { useSelected } from './use-selected.js'

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
  const typing = useSelected((room as RoomHandle).typingView, NOBODY_TYPES)
  const handlers = React.useMemo(() => {
    const say = (room as RoomHandle).setTyping
    const stop = (): void => say(false)
    return { onInput: (event?: unknown) => say(((event as Input)?.target?.value ?? (event as Input)?.target?.textContent) !== ''), onBlur: stop, stop }
  }, [room])
  React.useEffect(() => handlers.stop, [handlers])
  return { typing, ...handlers }
}

/** An event of a field, or of what is editable. */
type Input = { target?: { value?: string; textContent?: string | null } } | undefined
