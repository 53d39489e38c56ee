import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { Faces } from '../src/features/people/who-is-here.js'

const names = ['Ana', 'Bo', 'Cleo', 'Sam', 'Ada Lovelace', 'Grace', 'Mary']
const facesOf = (people: number) => {
  const members = names.slice(0, people).map((name) => ({ user: name.toLowerCase(), info: { name, role: 'customer' as const }, state: null, connections: 1, since: 0 }))
  return renderToStaticMarkup(createElement(Faces, { members, size: people }))
}
const named = (html: string) => [...html.matchAll(/role="img" aria-label="([^"]+)"/g)].map(([, name]) => name)

test('up to five people are shown, each by name and by initials and never by colour alone', () => {
  expect(named(facesOf(5))).toEqual(names.slice(0, 5))
  expect(facesOf(5)).toContain('>AL</span>')
  expect(facesOf(5)).not.toContain('more')
})

test('of more people five are shown and the rest counted', () => {
  expect(named(facesOf(7))).toEqual(names.slice(0, 5))
  expect(facesOf(7)).toContain('+2<span class="visually-hidden"> more</span>')
})
