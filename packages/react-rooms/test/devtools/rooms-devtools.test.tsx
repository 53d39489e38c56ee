// @vitest-environment happy-dom
import { act, fireEvent, screen } from '@testing-library/react'
import { StrictMode, type ReactNode } from 'react'
import { renderToString } from 'react-dom/server'
import { describe, expect, it, vi } from 'vitest'
import { internalsOf } from '../../src/client/rooms-client.js'
import { tapOf } from '../../src/devtools/tap.js'
import { RoomsDevtools } from '../../src/devtools/rooms-devtools.js'
import { RoomsProvider, useRoomStatus, useRoom } from '../../src/index.js'
import { acted, show } from '../react/render.js'
import { drawn, openPanelOn, openTab, panel, press, rows, shadow, showDevtools, useDevtoolsStage } from './panel-stage.js'

const bareStage = useDevtoolsStage()
const stage = openPanelOn(bareStage)

const launcher = (): HTMLElement => shadow().querySelector<HTMLElement>('.launcher')!
const isOpen = (): boolean => shadow().querySelector('.panel') !== null
const click = (element: HTMLElement): Promise<void> => acted(() => void fireEvent.click(element))

describe('RoomsDevtools', () => {
  it('renders nothing on a server', () => {
    const { client } = bareStage()
    expect(renderToString(<RoomsProvider client={client}><p>app</p><RoomsDevtools initialIsOpen /></RoomsProvider>)).toBe('<p>app</p>')
  })

  it('adds nothing to the page but one host, also under StrictMode, and removes it', async () => {
    const { client } = bareStage()
    const { container, unmount } = show(client, <StrictMode><RoomsDevtools /></StrictMode>)
    await acted()
    expect([container.innerHTML, document.querySelectorAll('rooms-devtools').length, document.querySelectorAll('style, link').length]).toEqual(['', 1, 0])
    unmount()
    await acted()
    expect([document.querySelectorAll('rooms-devtools').length, vi.getTimerCount()]).toEqual([0, 0])
  })

  it('leaves nothing running when it goes while open', async () => {
    const { client } = bareStage()
    const { unmount } = await showDevtools(client, { initialIsOpen: true }, [])
    expect(vi.getTimerCount()).toBe(1)
    unmount()
    await acted()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('takes its styles with it by script, which a strict policy allows', async () => {
    await stage()
    expect([shadow().adoptedStyleSheets.length, shadow().querySelectorAll('style').length, shadow().querySelectorAll('link').length]).toEqual([1, 0, 0])
  })

  it('is closed until it is opened, and stays as it was left for this tab', async () => {
    const { client } = bareStage()
    const first = await showDevtools(client, {}, [])
    expect(isOpen()).toBe(false)
    await click(launcher())
    expect(isOpen()).toBe(true)
    first.unmount()
    const second = await showDevtools(client, {}, [])
    expect(isOpen()).toBe(true)
    await click(panel().getByRole('button', { name: /Close/ }))
    second.unmount()
    await showDevtools(client, { initialIsOpen: true }, [])
    expect(isOpen()).toBe(false)
  })

  it('works where nothing may be stored', async () => {
    const { client } = bareStage()
    const forbidden = (): never => { throw new DOMException('denied', 'SecurityError') }
    vi.stubGlobal('sessionStorage', { getItem: forbidden, setItem: forbidden, clear() {} })
    await showDevtools(client, {}, [])
    await click(launcher())
    expect(isOpen()).toBe(true)
    vi.unstubAllGlobals()
  })

  it('shows the status on its button', async () => {
    const staged = bareStage()
    await showDevtools(staged.client, {}, ['chat:1'])
    expect(launcher().getAttribute('aria-label')).toBe('Open Rooms devtools (connected)')
    staged.server.down = true
    await acted(() => staged.server.drop())
    expect(launcher().getAttribute('aria-label')).toBe('Open Rooms devtools (reconnecting)')
  })

  it('reads nothing and renders nothing while it is closed, and still knows what happened', async () => {
    const staged = bareStage()
    await showDevtools(staged.client, {}, ['chat:1'])
    const changes: MutationRecord[] = []
    const watcher = new MutationObserver((seen) => changes.push(...seen))
    watcher.observe(shadow(), { subtree: true, childList: true, characterData: true, attributes: true })
    const reads = vi.spyOn(tapOf(staged.client).recorder, 'entries')
    for (let n = 0; n < 50; n++) staged.server.send('chat:1', 'message', n)
    await acted(() => staged.pass(5_000))
    expect([changes.length + watcher.takeRecords().length, reads.mock.calls.length, vi.getTimerCount()]).toEqual([0, 0, 1])
    watcher.disconnect()
    await click(launcher())
    expect(rows()).toHaveLength(54)
  })

  it('follows another client', async () => {
    const first = bareStage()
    const second = bareStage()
    const shown = await showDevtools(first.client, { initialIsOpen: true }, [])
    shown.again(<RoomsDevtools client={second.client} initialIsOpen />)
    await acted()
    second.client.retain('chat:2')
    await acted(() => second.pass(20))
    expect([rows().length, tapOf(first.client).recorder.total()]).toEqual([4, 0])
  })

  it('needs a provider or a client, and says so', () => {
    expect(() => renderToString(<RoomsDevtools />)).toThrow(/RoomsProvider/)
  })
})

describe('the keyboard', () => {
  it('opens with the focus in the panel, closes with Escape and comes back to the button', async () => {
    const { client } = bareStage()
    await showDevtools(client, {}, [])
    await click(launcher())
    expect(shadow().activeElement?.textContent).toBe('Timeline')
    await acted(() => void fireEvent.keyDown(shadow().activeElement!, { key: 'Escape' }))
    expect([isOpen(), shadow().activeElement]).toEqual([false, launcher()])
  })

  it('takes the focus from nobody when it is open from before', async () => {
    const { client } = bareStage()
    show(client, <><input aria-label="field" autoFocus /><RoomsDevtools initialIsOpen /></>)
    await acted()
    expect([isOpen(), document.activeElement]).toEqual([true, screen.getByLabelText('field')])
  })

  it('moves between tabs with the arrows, of which one is a stop', async () => {
    const staged = await stage()
    const tabs = (): HTMLElement[] => panel().getAllByRole('tab')
    const key = async (name: string): Promise<string | undefined> => {
      await acted(() => void fireEvent.keyDown(tabs().find((tab) => tab.tabIndex === 0)!, { key: name }))
      await drawn(staged)
      return tabs().find((tab) => tab.getAttribute('aria-selected') === 'true')?.textContent
    }
    expect([await key('ArrowRight'), await key('End'), await key('ArrowRight'), await key('ArrowLeft'), await key('Home')])
      .toEqual(['Rooms1', 'Connection', 'Timeline', 'Connection', 'Timeline'])
    expect([tabs().filter((tab) => tab.tabIndex === 0).length, shadow().activeElement?.textContent]).toEqual([1, 'Timeline'])
  })

  it('resizes the panel with the arrows', async () => {
    await stage()
    const edge = panel().getByRole('separator')
    for (const key of ['ArrowUp', 'ArrowUp', 'ArrowDown']) act(() => void fireEvent.keyDown(edge, { key }))
    expect(edge.getAttribute('aria-valuenow')).toBe('50')
    for (let n = 0; n < 20; n++) act(() => void fireEvent.keyDown(edge, { key: 'ArrowDown' }))
    expect(edge.getAttribute('aria-valuenow')).toBe('20')
  })

  it('sets off no shortcut of the page', async () => {
    await stage()
    const shortcut = vi.fn()
    document.addEventListener('keydown', shortcut)
    await acted(() => void fireEvent.keyDown(panel().getByLabelText('Filter by text'), { key: '/', composed: true }))
    document.removeEventListener('keydown', shortcut)
    expect(shortcut).not.toHaveBeenCalled()
  })
})

describe('what goes wrong inside', () => {
  function Status(): ReactNode {
    return useRoomStatus(useRoom('chat:1'))
  }

  it('stays inside: the app goes on, and the panel can be shown again', async () => {
    const staged = bareStage()
    const { container } = show(staged.client, <><Status /><RoomsDevtools initialIsOpen /></>)
    await acted()
    const silent = vi.spyOn(console, 'error').mockImplementation(() => {})
    const [room] = internalsOf(staged.client).heldRooms()
    const broken = vi.spyOn(room!.presenceView, 'get').mockImplementation(() => { throw new Error('no presence today') })
    await acted(() => staged.pass(1_000))
    expect(shadow().querySelector('[role=alert]')?.textContent).toMatch(/failed; the app is not affected. no presence today/)
    expect(container.textContent).toBe('live')
    broken.mockRestore()
    silent.mockRestore()
    await click(shadow().querySelector<HTMLElement>('[role=alert] button')!)
    await openTab(staged, 'Rooms')
    await press(staged, /chat:1/)
    expect(panel().getByRole('region', { name: 'chat:1' })).toBeTruthy()
  })

  it('does not keep messages from the client', async () => {
    const staged = await stage()
    const heard: unknown[] = []
    staged.client.room('chat:1').on('message', (data) => heard.push(data))
    vi.spyOn(tapOf(staged.client).recorder, 'add').mockImplementation(() => { throw new Error('no room to write') })
    staged.server.send('chat:1', 'message', 1)
    await acted()
    expect(heard).toEqual([1])
    vi.restoreAllMocks()
  })
})
