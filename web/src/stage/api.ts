// What the demo's program tells of its devices, and what it can be asked to do to them.
import { Http } from '@shared/http'

export interface Device {
  id: string
  kind: 'phone' | 'till'
  name: string
  name_zh: string
  screen_url: string
  is_silent: boolean
  is_on: boolean
}

export interface InField {
  card: string
  reader: string
}

export interface Story {
  state: 'waiting' | 'playing' | 'done' | 'failed'
  chapter: string
  chapter_zh: string
}

export interface Bank {
  url: string
  docs_url: string
  console_url: string
  /** The road to it is cut for everyone. */
  is_silent: boolean
}

/** What the test people type: everybody's payment PIN and card PIN, and the cashier's. */
export interface Pins {
  payment: string
  card: string
  cashier: string
  cashier_pin: string
}

export interface Stage {
  devices: Device[]
  /** Not there until they are up. */
  bank: Bank | null
  telecom: { url: string } | null
  pins: Pins
  tear_next: boolean
  in_field: InField[]
  story: Story
}

export type Direction = 'sent' | 'received' | 'unanswered' | 'note'

/** Something that went one way, as the program recorded it where the bytes left it. */
export interface StageEvent {
  number: number
  at_unix_s: number
  device: string
  other: string
  card: string
  direction: Direction
  size: number
  step: string
  words: string
  words_zh: string
}

export interface Events {
  events: StageEvent[]
  last: number
}

const http = new Http()
const WAIT_S = 20
/** How long a person holds a card to a reader; readers look several times in it. */
const HOLD_S = 3

export const stageApi = {
  stage: () => http.get<Stage>('/stage'),
  cutDevice: (id: string, isSilent: boolean) =>
    http.put(`/stage/devices/${id}/network`, { is_silent: isSilent }),
  power: (id: string, isOn: boolean) => http.put(`/stage/devices/${id}/power`, { is_on: isOn }),
  cutBank: (isSilent: boolean) => http.put('/stage/bank/network', { is_silent: isSilent }),
  tap: (card: string, reader: string) => http.post('/stage/taps', { card, reader, hold_s: HOLD_S }),
  tear: (armed: boolean) => http.put('/stage/tear', { armed }),
  play: () => http.post('/stage/story', {}),
  events: (after: number, signal: AbortSignal) =>
    http.get<Events>('/stage/events', { query: { after, wait_s: WAIT_S }, signal }),
}
