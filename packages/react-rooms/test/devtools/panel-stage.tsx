import { cleanup, fireEvent, within, type BoundFunctions, type queries } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach } from 'vitest'
import type { RoomsClient, RoomsClientOptions } from '../../src/client/index.js'
import { RoomsDevtools, type RoomsDevtoolsProps } from '../../src/devtools/rooms-devtools.js'
import { useRoom } from '../../src/index.js'
import { acted, show, useReactStage } from '../react/render.js'
import type { Stage } from '../stage.js'

/** Holds rooms, as an app does. */
export function App({ rooms }: { rooms: readonly string[] }): ReactNode {
  return rooms.map((name) => <Holder key={name} name={name} />)
}
function Holder({ name }: { name: string }): ReactNode {
  return useRoom(name).kind
}

export interface PanelStage extends Stage {
  readonly shown: ReturnType<typeof show>
}

/** What is in the panel's shadow root. */
export function panel(): BoundFunctions<typeof queries> {
  return within(shadow().querySelector<HTMLElement>('.panel') ?? fail('the panel is closed'))
}
export function shadow(): ShadowRoot {
  return document.querySelector('rooms-devtools')?.shadowRoot ?? fail('there are no devtools')
}
function fail(why: string): never {
  throw new Error(why)
}

/** Lets the panel draw what happened. */
export const drawn = (stage: Stage): Promise<void> => acted(() => stage.pass(20))

/** Clicks a button of the panel, by its name. */
export async function press(stage: Stage, name: string | RegExp): Promise<void> {
  await acted(() => void fireEvent.click(panel().getByRole('button', { name })))
  await drawn(stage)
}
export async function openTab(stage: Stage, name: string): Promise<void> {
  await acted(() => void fireEvent.click(panel().getByRole('tab', { name: new RegExp(`^${name}`) })))
  await drawn(stage)
}

/** The rows of the timeline: type, room, what, offset and origin of each. */
export function rows(): string[] {
  return [...shadow().querySelectorAll('.entries li .entry')].map((row) =>
    ['type', 'room', 'what', 'offset', 'origin'].map((cell) => row.querySelector(`.${cell}`)?.textContent ?? '').join('|'))
}

/** `useReactStage` for a test file with devtools in it. */
export function useDevtoolsStage(): ReturnType<typeof useReactStage> {
  const stage = useReactStage()
  afterEach(async () => {
    sessionStorage.clear()
    // The panel's own root ends in a microtask.
    await acted(cleanup)
  })
  return stage
}

/** Stages a client whose app holds rooms, `chat:1` unless told, with devtools beside it, open. */
export function openPanelOn(stage: ReturnType<typeof useReactStage>): (options?: Partial<RoomsClientOptions>, props?: RoomsDevtoolsProps, rooms?: readonly string[]) => Promise<PanelStage> {
  return async (options, props = {}, rooms = ['chat:1']) => {
    const made = stage(options)
    const shown = await showDevtools(made.client, { initialIsOpen: true, ...props }, rooms)
    const all = { ...made, shown }
    await drawn(all)
    return all
  }
}

export async function showDevtools(client: RoomsClient, props: RoomsDevtoolsProps, rooms: readonly string[]): Promise<ReturnType<typeof show>> {
  let shown!: ReturnType<typeof show>
  await acted(() => { shown = show(client, <><App rooms={rooms} /><RoomsDevtools {...props} /></>) })
  return shown
}
