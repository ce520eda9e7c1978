// What was scanned last, on its way from the scanner to the page that acts on it.
import { shallowRef } from 'vue'
import type { Scanned } from '../types'

export const lastScan = shallowRef<{ text: string; found: Scanned }>()
