// How a screen speaks with the one program that serves it.
import { problemOf, programStopped } from './problem'

export type Query = Record<string, string | number | boolean | undefined>

export interface Asking {
  query?: Query
  signal?: AbortSignal
  /** Besides those that every request has. */
  headers?: Record<string, string>
}

export class Http {
  private readonly token: () => string | undefined

  constructor(token: () => string | undefined = () => undefined) {
    this.token = token
  }

  get<T>(path: string, asking: Asking = {}): Promise<T> {
    return this.ask<T>('GET', path, undefined, asking)
  }

  post<T>(path: string, body: unknown = undefined, asking: Asking = {}): Promise<T> {
    return this.ask<T>('POST', path, body, asking)
  }

  put<T>(path: string, body: unknown = undefined, asking: Asking = {}): Promise<T> {
    return this.ask<T>('PUT', path, body, asking)
  }

  delete<T>(path: string, asking: Asking = {}): Promise<T> {
    return this.ask<T>('DELETE', path, undefined, asking)
  }

  /** Send a file as it is. */
  upload<T>(path: string, file: Blob, asking: Asking = {}): Promise<T> {
    return this.ask<T>('POST', path, file, asking)
  }

  /** The answer as it came, for files; throws Problem. */
  async raw(method: string, path: string, body?: unknown, asking: Asking = {}): Promise<Response> {
    const answer = await this.send(method, path, body, asking)
    if (!answer.ok) throw await problemOf(answer)
    return answer
  }

  private async ask<T>(method: string, path: string, body: unknown, asking: Asking): Promise<T> {
    const answer = await this.raw(method, path, body, asking)
    const text = await answer.text()
    return (text === '' ? undefined : JSON.parse(text)) as T
  }

  private async send(method: string, path: string, body: unknown, asking: Asking) {
    const token = this.token()
    const init: RequestInit = { method, cache: 'no-store', headers: { ...headersOf(token, body), ...asking.headers } }
    if (body !== undefined) init.body = body instanceof Blob ? body : JSON.stringify(body)
    if (asking.signal) init.signal = asking.signal
    try {
      return await fetch(path + queryOf(asking.query), init)
    } catch (error) {
      if (asking.signal?.aborted) throw error
      throw programStopped()
    }
  }
}

function headersOf(token: string | undefined, body: unknown): Record<string, string> {
  const kind = body instanceof Blob ? 'application/octet-stream' : 'application/json'
  return {
    ...(token ? { authorization: `Bearer ${token}` } : {}),
    ...(body === undefined ? {} : { 'content-type': kind }),
  }
}

function queryOf(query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  if (given.length === 0) return ''
  return `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
}
