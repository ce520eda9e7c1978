// How everybody's network is: the switch of all is on only while nobody is cut off.
import type { Device } from './api'

export type Network = 'on' | 'some' | 'off'

export function networkOf(devices: Pick<Device, 'is_silent'>[]): Network {
  const cut = devices.filter((device) => device.is_silent).length
  if (cut === 0) return 'on'
  return cut === devices.length ? 'off' : 'some'
}
