import { Component, type ReactNode } from 'react'

interface State { readonly error: Error | null }

/** Keeps a screen that fails from taking the others, and the connection line, with it. */
export class ScreenGuard extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: null }

  static getDerivedStateFromError(error: Error): State {
    return { error }
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children
    return (
      <p className="notice" role="alert">
        This screen failed: {this.state.error.message} <button type="button" className="button" onClick={() => this.setState({ error: null })}>Show it again</button>
      </p>
    )
  }
}
