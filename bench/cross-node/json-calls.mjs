// Counts every use of JSON in a process. Imported before anything else, so that nobody holds the originals.
const { parse, stringify } = JSON

export const jsonCalls = { parse: 0, stringify: 0 }

JSON.parse = (...args) => {
  jsonCalls.parse++
  return parse(...args)
}

JSON.stringify = (...args) => {
  jsonCalls.stringify++
  return stringify(...args)
}
