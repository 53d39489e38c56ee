import type { Kind, PublishInput, PublishName } from 'rooms-protocol'
import { React } from './react.js'
import type { Ack, PublishOptions, Room } from '../client/room.js'

/** `object` lets `useMutation({ mutationFn: send })` pass its own context; unknown keys are ignored. */
export type Publish<D> = (data: D, options?: PublishOptions | { readonly client: object }) => Promise<Ack>

/**
 * A stable function that publishes. Its promise always settles; fits `useMutation({ mutationFn: publish })`. Fails as
 * `Room.publish` does.
 *
 * @example const send = usePublish(room, 'message'); await send({ text: 'hello' })
 */
export const usePublish = <K extends Kind, P extends PublishName<K>>(room: Room<K>, event: P): Publish<PublishInput<K, P>> =>
  React.useCallback((data, options) => room.publish(event, data, options as PublishOptions), [room, event])
