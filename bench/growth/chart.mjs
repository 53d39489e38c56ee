const WIDTH = 420
const HEIGHT = 260
const LEFT = 56
const RIGHT = 28
const TOP = 40
const BOTTOM = 44
/** Told apart by brightness too; both stand on white and on black. */
const COLOURS = ['#2f6fde', '#d9730d']

/**
 * Draws panels side by side: cost per delivery (from zero) over size (by powers of ten).
 *
 * @param {readonly { title: string, lines: readonly { name: string, points: readonly { x: number, y: number }[] }[] }[]} panels
 * @returns {string} SVG
 */
export function chart(panels) {
  const drawn = panels.map((panel, at) => `<g transform="translate(${at * WIDTH} 0)">${panelOf(panel)}</g>`)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${panels.length * WIDTH} ${HEIGHT}" width="${panels.length * WIDTH}" height="${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" role="img">`,
    '<title>Server CPU microseconds per delivery as rooms and members grow</title>',
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    ...drawn,
    '</svg>\n',
  ].join('\n')
}

function panelOf({ title, lines }) {
  const all = lines.flatMap(({ points }) => points)
  const top = niceTop(Math.max(...all.map(({ y }) => y)))
  const [first, last] = [Math.min(...all.map(({ x }) => x)), Math.max(...all.map(({ x }) => x))].map(Math.log10)
  const x = (value) => LEFT + ((Math.log10(value) - first) / (last - first || 1)) * (WIDTH - LEFT - RIGHT)
  const y = (value) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM)
  const steps = [0, 0.25, 0.5, 0.75, 1].map((part) => part * top)
  const sizes = [...new Set(all.map((point) => point.x))]
  return [
    `<text x="${LEFT}" y="16" font-weight="600" fill="#222">CPU µs per delivery</text>`,
    ...steps.map((value) => `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value)}" y2="${y(value)}" stroke="#ddd"/><text x="${LEFT - 8}" y="${y(value) + 4}" text-anchor="end" fill="#555">${round(value)}</text>`),
    ...sizes.map((value) => `<text x="${x(value)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle" fill="#555">${value.toLocaleString('en')}</text>`),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle" fill="#222">${title}</text>`,
    ...lines.map((line, at) => lineOf(line, at, x, y)),
  ].join('\n')
}

function lineOf({ name, points }, at, x, y) {
  const colour = COLOURS[at]
  const path = points.map((point) => `${round(x(point.x))},${round(y(point.y))}`).join(' ')
  return [
    `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...points.map((point) => `<circle cx="${round(x(point.x))}" cy="${round(y(point.y))}" r="3.5" fill="${colour}"><title>${point.x.toLocaleString('en')}: ${round(point.y)} µs</title></circle>`),
    `<text x="${WIDTH - RIGHT}" y="${16 + at * 15}" text-anchor="end" fill="${colour}">${name}</text>`,
  ].join('\n')
}

/** The next of 1, 2, 5 times a power of ten. */
function niceTop(value) {
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= value)
}

function round(value) {
  return Number(value.toPrecision(3))
}
