import { Component, type ReactNode } from 'react'

/** Keeps the panel's own failures to itself and offers to begin anew. */
export class Boundary extends Component<{ readonly children: ReactNode }, { readonly error: unknown }> {
  override state: { readonly error: unknown } = { error: null }

  static getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === null) return this.props.children
    return (
      <section className="failed" role="alert">
        <p>Rooms devtools failed; the app is not affected. {error instanceof Error ? error.message : String(error)}</p>
        <button type="button" className="button" onClick={() => this.setState({ error: null })}>Show it again</button>
      </section>
    )
  }
}
