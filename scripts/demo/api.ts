// The JSON API as the demo calls it: with the host product's key, over HTTP like anybody else.

export interface Answer<T> {
  status: number
  body: T
  text: string
}

export interface Api {
  call<T>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<T>>
  get<T>(path: string): Promise<T>
  post<T>(path: string, body: unknown): Promise<T>
  put<T>(path: string, body: unknown, headers?: Record<string, string>): Promise<T>
  patch<T>(path: string, body: unknown): Promise<T>
  /** Every item of a list. */
  list<T>(path: string): Promise<T[]>
  /** The same API with another key. */
  as(key: string): Api
}

/** An API whose calls throw where the answer is no success, but for `call`. */
export function apiOf(base: string, key: string): Api {
  const call = async <T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> => {
    const url = path.startsWith('http') ? path : `${base}/api/v1${path}`
    const type = path.startsWith('http') ? 'application/scim+json' : 'application/json'
    const answer = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': type }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, text, body: (text ? JSON.parse(text) : undefined) as T }
  }
  const good = async <T>(...parameters: Parameters<typeof call>): Promise<T> => {
    const answer = await call<T>(...parameters)
    if (answer.status < 300) return answer.body
    throw new Error(`${parameters[0]} ${parameters[1]} answered ${answer.status}: ${answer.text}`)
  }
  return {
    call,
    get: (path) => good('GET', path),
    post: (path, body) => good('POST', path, body),
    put: (path, body, headers) => good('PUT', path, body, headers),
    patch: (path, body) => good('PATCH', path, body),
    list: async <T>(path: string) => {
      const items: T[] = []
      for (let cursor: string | null | undefined = ''; typeof cursor === 'string'; ) {
        const query: string = cursor === '' ? '' : `?cursor=${cursor}`
        const page: { items: T[]; nextCursor?: string | null } = await good('GET', `${path}${query}`)
        items.push(...page.items)
        cursor = page.nextCursor
      }
      return items
    },
    as: (other) => apiOf(base, other),
  }
}
