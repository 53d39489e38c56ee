import { notifyManager } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './styles/tokens.css'
import './styles/base.css'
import './styles/shell.css'
import { App } from './app.js'
import { Panes } from './features/panes/panes.js'

// What a click predicts is on the screen before the next frame: a box that is ticked is not seen unticked for a moment.
notifyManager.setScheduler(queueMicrotask)

const address = new URLSearchParams(window.location.search)
const as = address.get('as')
const panes = address.get('pane')
const root = document.getElementById('root')

// A window inside the panes has both: who it is, and that it is one of them.
if (root) createRoot(root).render(<StrictMode>{panes === null || as !== null ? <App as={as} pane={panes !== null} /> : <Panes people={panes} second={address.get('second')} />}</StrictMode>)
