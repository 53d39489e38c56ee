// @vitest-environment happy-dom
import { render } from '@testing-library/react'
import { useState, type ReactElement, type ReactNode } from 'react'
import { expect, it } from 'vitest'
import { internalsOf } from '../../src/client/rooms-client.js'
import { roomsDevtoolsPlugin } from '../../src/devtools/rooms-devtools-plugin.js'
import { RoomsProvider } from '../../src/index.js'
import { acted } from '../react/render.js'
import { drawn, rows, shadow, useDevtoolsStage } from './panel-stage.js'

const stage = useDevtoolsStage()

/** What TanStack Devtools do with a plugin: they call `render` when its tab is opened, and show what it returns. */
function Tab({ render: open, how }: { render: (element: HTMLElement, how?: never) => ReactElement; how?: unknown }): ReactNode {
  const [content] = useState(() => open(document.createElement('div'), how as never))
  return content
}

it('shows the panel inside the tab, open and without a button of its own', async () => {
  const staged = stage()
  const { render: open, name } = roomsDevtoolsPlugin()
  const { container, unmount } = render(<RoomsProvider client={staged.client}><Tab render={open} /></RoomsProvider>)
  await acted(() => void staged.client.retain('chat:1'))
  await drawn(staged)
  expect([name, rows().length, container.contains(shadow().host)]).toEqual(['Rooms', 4, true])
  expect([shadow().querySelector('.launcher'), shadow().querySelector('.close')]).toEqual([null, null])
  await acted(unmount)
  expect(document.querySelector('rooms-devtools')).toBeNull()
})

it('records from the start when it is given the client', async () => {
  const staged = stage()
  const { open } = internalsOf(staged.client).settings
  const plugin = roomsDevtoolsPlugin(staged.client)
  staged.client.retain('chat:1')
  await staged.pass(0)
  const { unmount } = render(<Tab render={plugin.render} />)
  await drawn(staged)
  expect(rows()).toHaveLength(4)
  await acted(unmount)
  expect(internalsOf(staged.client).settings.open).not.toBe(open)
})

it.each([['dark', 'dark'], [{ theme: 'light', devtoolsOpen: true }, 'light'], [undefined, 'system']])('takes the theme as any version says it: %o', async (how, theme) => {
  const { client } = stage()
  render(<Tab render={roomsDevtoolsPlugin(client).render} how={how} />)
  await acted()
  expect(shadow().host.getAttribute('theme')).toBe(theme)
})
