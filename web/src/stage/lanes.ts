// Who stands where in the diagram, and from whom to whom an event goes.
import type { Device, StageEvent } from './api'

/** A vertical line of the diagram: a device's program, the purse in it, or an institution. */
export interface Lane {
  id: string
  kind: 'phone' | 'till' | 'sim' | 'sam' | 'card' | 'institution'
  /** The device that it belongs to; empty for institutions. */
  device: string
}

export interface Road {
  from: string
  to: string
}

export const BANK = 'bank'
export const FIELD = 'card-in-the-field'
const STAGE = 'stage'
const OWN_PURSE = ['sim', 'sam']

export function purseLane(device: string): string {
  return `${device}/purse`
}

/** The lanes that an event touches; a note stands on none. The order is that of the message. */
export function roadOf(event: StageEvent): Road | undefined {
  if (event.direction === 'note' || event.other === '') return undefined
  const near = event.device
  const far = farLane(event)
  return event.direction === 'sent' ? { from: near, to: far } : { from: far, to: near }
}

function farLane(event: StageEvent): string {
  if (OWN_PURSE.includes(event.other)) return purseLane(event.device)
  if (event.other === FIELD) return event.card === '' ? FIELD : purseLane(event.card)
  return event.other
}

/** Devices in the order they stand, each with its purse, then whoever else was spoken with. */
export function lanesOf(devices: Device[], events: StageEvent[]): Lane[] {
  const standing = devices.flatMap<Lane>(({ id, kind }) => [
    { id, kind, device: id },
    { id: purseLane(id), kind: kind === 'phone' ? 'sim' : 'sam', device: id },
  ])
  return [...standing, ...othersIn(events, standing)]
}

function othersIn(events: StageEvent[], standing: Lane[]): Lane[] {
  const known = new Set(standing.map((lane) => lane.id))
  const found = new Set([BANK, ...events.filter(isWithInstitution).map((event) => event.other)])
  return [...found]
    .filter((id) => !known.has(id))
    .map((id) => ({ id, kind: id === FIELD ? 'card' : 'institution', device: '' }))
}

function isWithInstitution(event: StageEvent): boolean {
  if (event.direction === 'note' || event.other === '') return false
  return !OWN_PURSE.includes(event.other) && !(event.other === FIELD && event.card !== '')
}

/** Whether both ends of an event have a lane; a note's device, unless it is for everybody. */
export function isShown(event: StageEvent, lanes: ReadonlySet<string>): boolean {
  const road = roadOf(event)
  if (road === undefined) return event.device === STAGE || lanes.has(event.device)
  return lanes.has(road.from) && lanes.has(road.to)
}
