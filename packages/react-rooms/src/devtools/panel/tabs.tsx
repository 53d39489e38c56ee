import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'

export interface Tab {
  readonly id: string
  readonly label: string
  readonly count?: number
  readonly render: () => ReactNode
}

/** Tabs by the ARIA pattern: one stop of the Tab key, arrows between them. */
export function Tabs({ tabs, focus }: { tabs: readonly Tab[]; focus: boolean }): ReactNode {
  const [selected, setSelected] = useState(tabs[0]!.id)
  const prefix = useId()
  const listRef = useRef<HTMLDivElement>(null)
  const current = tabs.find(({ id }) => id === selected) ?? tabs[0]!
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    const at = tabs.indexOf(current)
    const to = event.key === 'Home' ? 0 : event.key === 'End' ? tabs.length - 1 : step === undefined ? undefined : (at + step + tabs.length) % tabs.length
    if (to === undefined) return
    event.preventDefault()
    setSelected(tabs[to]!.id)
    listRef.current?.querySelectorAll<HTMLElement>('[role=tab]')[to]?.focus()
  }
  return (
    <>
      <div className="tabs" role="tablist" aria-label="Rooms devtools" ref={listRef} onKeyDown={onKeyDown}>
        {tabs.map(({ id, label, count }) => (
          <button
            key={id} id={`${prefix}${id}`} type="button" role="tab" aria-selected={id === current.id} aria-controls={`${prefix}panel`}
            tabIndex={id === current.id ? 0 : -1} autoFocus={focus && id === current.id} onClick={() => setSelected(id)}
          >
            {label}{count !== undefined && <span className="count">{count}</span>}
          </button>
        ))}
      </div>
      <div className="tab-panel" role="tabpanel" id={`${prefix}panel`} aria-labelledby={`${prefix}${current.id}`}>{current.render()}</div>
    </>
  )
}
