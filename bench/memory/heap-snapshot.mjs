import { readFileSync } from 'node:fs'

/**
 * Reads a heap snapshot and says which node holds which: `dominator[n]` is the node without which `n` would be garbage.
 *
 * @param {string} path of a `.heapsnapshot`
 */
export function readHeap(path) {
  const { snapshot: { meta }, nodes, edges, strings } = JSON.parse(readFileSync(path, 'utf8'))
  const nodeFields = meta.node_fields.length
  const edgeFields = meta.edge_fields.length
  const [type, name, selfSize, edgeCount] = ['type', 'name', 'self_size', 'edge_count'].map((field) => meta.node_fields.indexOf(field))
  const [edgeType, toNode] = ['type', 'to_node'].map((field) => meta.edge_fields.indexOf(field))
  const weak = meta.edge_types[edgeType].indexOf('weak')
  const objects = new Set(['object', 'native'].map((kind) => meta.node_types[type].indexOf(kind)))
  const count = nodes.length / nodeFields

  const targets = new Uint32Array(edges.length / edgeFields)
  const firstEdge = new Uint32Array(count + 1)
  let used = 0
  for (let node = 0, edge = 0; node < count; node++) {
    firstEdge[node] = used
    for (const end = edge + nodes[node * nodeFields + edgeCount] * edgeFields; edge < end; edge += edgeFields)
      if (edges[edge + edgeType] !== weak) targets[used++] = edges[edge + toNode] / nodeFields
  }
  firstEdge[count] = used

  return {
    count,
    dominator: dominators(count, firstEdge, targets),
    bytes: (node) => nodes[node * nodeFields + selfSize],
    /** The class of an object; `null` for strings, code and the engine's own. */
    className: (node) => (objects.has(nodes[node * nodeFields + type]) ? strings[nodes[node * nodeFields + name]] : null),
  }
}

/** Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm. The root is node 0. */
function dominators(count, firstEdge, targets) {
  const order = postorder(count, firstEdge, targets)
  const place = new Int32Array(count).fill(-1)
  for (const [at, node] of order.entries()) place[node] = at
  const { firstSource, sources } = reversed(count, firstEdge, targets)
  const dominator = new Int32Array(count).fill(-1)
  dominator[0] = 0
  const meet = (a, b) => {
    while (a !== b) {
      while (place[a] < place[b]) a = dominator[a]
      while (place[b] < place[a]) b = dominator[b]
    }
    return a
  }
  for (let changed = true; changed;) {
    changed = false
    for (let at = order.length - 2; at >= 0; at--) {
      const node = order[at]
      let found = -1
      for (let edge = firstSource[node]; edge < firstSource[node + 1]; edge++) {
        const source = sources[edge]
        if (dominator[source] !== -1) found = found === -1 ? source : meet(source, found)
      }
      if (found === dominator[node]) continue
      dominator[node] = found
      changed = true
    }
  }
  return dominator
}

function postorder(count, firstEdge, targets) {
  const order = []
  const next = firstEdge.slice(0, count)
  const seen = new Uint8Array(count)
  const stack = [0]
  seen[0] = 1
  while (stack.length > 0) {
    const node = stack.at(-1)
    if (next[node] === firstEdge[node + 1]) order.push(stack.pop())
    else {
      const target = targets[next[node]++]
      if (seen[target] === 0) {
        seen[target] = 1
        stack.push(target)
      }
    }
  }
  return order
}

function reversed(count, firstEdge, targets) {
  const firstSource = new Uint32Array(count + 1)
  const used = firstEdge[count]
  for (let edge = 0; edge < used; edge++) firstSource[targets[edge] + 1]++
  for (let node = 0; node < count; node++) firstSource[node + 1] += firstSource[node]
  const next = firstSource.slice()
  const sources = new Uint32Array(used)
  for (let node = 0; node < count; node++) for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) sources[next[targets[edge]]++] = node
  return { firstSource, sources }
}
