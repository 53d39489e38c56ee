import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './styles/tokens.css'
import './styles/base.css'
import './styles/shell.css'
import { App } from './app.js'
import { Panes } from './features/panes/panes.js'

const address = new URLSearchParams(window.location.search)
const panes = address.get('pane')
const root = document.getElementById('root')

if (root) createRoot(root).render(<StrictMode>{panes === null ? <App as={address.get('as')} /> : <Panes people={panes} second={address.get('second')} />}</StrictMode>)
