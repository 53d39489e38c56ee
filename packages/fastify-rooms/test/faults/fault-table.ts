/** What becomes of acknowledged events unless the fault destroys them, per client. */
const WHOLE = '0 lost, 0 twice, 0 out of order, 0 resets'

/** The faults we prove, in the order of the table that is printed; of each, what is measured and what it must be at full scale. */
export const FAULT_TABLE = {
  'one of two nodes killed under load (SIGKILL)': { 'its clients are back elsewhere, 95 of 100': '≤ 5 s', 'its users are gone from presence': '≤ 35 s', events: WHOLE },
  'a node told to stop (SIGTERM)': { goodbyes: 'bye 4200 to each client, with a time of its own', 'the process is gone': '≤ 15 s', events: WHOLE },
  'a node stopped for 20 s (SIGSTOP)': { 'backfilled once it goes on': '≤ 3 s', events: WHOLE },
  'Redis killed and started empty': { 'every room is reset': '≤ 5 s', 'connections that ended': '0' },
  'Redis stopped for 10 s (SIGSTOP)': { 'send fails': '≤ 1 s', "the event loop's delay, p99": 'as without the fault', events: WHOLE },
  'CLIENT PAUSE for 3 s during publishes': { events: `one for each id; ${WHOLE}` },
  "a node's subscriber connection cut at 1,000 events/s": { 'the longest stall': '≤ 1.5 s', events: WHOLE },
  "a node's subscriber connection black-holed": { noticed: '≤ 5 s', events: WHOLE },
  'the replies to publishes dropped': { events: `one for each id; ${WHOLE}` },
  "a room's meta key deleted by hand": { 'its members': 'all reset, to a new epoch' },
  'a member that stops reading': { 'ended, unsent at most': 'at the high mark', "its neighbours' p99": 'at most +20 %, or within twice the spread of two equal runs' },
  '2,000 clients dropped at once': { 'all are back': '≤ 30 s', 'reads of the history per room and node': '≤ 1', events: WHOLE },
  'a client that vanishes without a FIN': { 'its connection is closed': '≤ 37 s', 'its member is gone': '≤ 45 s' },
  'a lagging replica promoted, a publish retried into the fork': { 'clients of the fork': 'all reset', 'skipped without a word': '0' },
  "a room idle past its history's life": { resets: '0' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>

export type Fault = keyof typeof FAULT_TABLE

/** One measured cell of the table. */
export interface Figure {
  readonly fault: string
  readonly what: string
  readonly demanded: string
  readonly measured: string
}

/** A figure on one line: the fault, what is measured, what it must be, what it was. */
export function lineOf({ fault, what, demanded, measured }: Figure): string {
  return `${fault} · ${what} · must be ${demanded} · was ${measured}`
}
