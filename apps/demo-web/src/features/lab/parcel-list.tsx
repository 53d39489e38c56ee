import type { Todo } from 'demo-api/contract'
import { memo, useLayoutEffect } from 'react'
import type { Meter } from './meter.js'

/** Every row on the page, none left out by a virtual list: what is measured is the whole of it. */
export function ParcelList({ parcels, meter }: { parcels: readonly Todo[]; meter: Meter }) {
  // After every commit: this counts them.
  useLayoutEffect(() => meter.drawn(parcels.reduce((sum, { revision }) => sum + revision, 0)))
  return (
    <ul className="parcels" aria-label="Parcels">
      {parcels.map((parcel) => <ParcelRow key={parcel.id} parcel={parcel} />)}
    </ul>
  )
}

const ParcelRow = memo(function ParcelRow({ parcel: { id, text, done, revision } }: { parcel: Todo }) {
  return (
    <li className="parcel" data-parcel={id} data-done={done} data-revision={revision}>
      <span className="parcel-mark" aria-hidden="true">{done ? '✓' : ''}</span>
      <span className="number">{text.replace('Parcel ', '')}</span>
      <span className="visually-hidden">{done ? 'packed' : 'not packed'}</span>
    </li>
  )
})
