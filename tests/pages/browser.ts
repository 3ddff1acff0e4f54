// A browser without scripts: keeps cookies, follows redirects, reads forms and presses buttons by their label.
import type { Express } from 'express'
import supertest from 'supertest'

export interface Shown {
  path: string
  status: number
  reason: string | null
  headers: Record<string, string>
  html: string
  text: string
  forms: Form[]
}

export interface Form {
  action: string
  method: string
  hidden: Record<string, string>
  /** Names of the fields that a person fills in. */
  fields: string[]
  button: string
}

export interface Browser {
  page: Shown
  open(path: string, headers?: Record<string, string>): Promise<Shown>
  head(path: string): Promise<Shown>
  /** Presses the button with this text (or its beginning), with these fields typed. */
  press(
    label: string | RegExp,
    typed?: Record<string, string>,
    headers?: Record<string, string>,
  ): Promise<Shown>
  /** Sends a form as it is, whoever made it. */
  post(path: string, body: Record<string, string>, headers?: Record<string, string>): Promise<Shown>
  agent: ReturnType<typeof supertest.agent>
}

export function openBrowser(app: Express): Browser {
  const agent = supertest.agent(app)
  const browser: Browser = {
    agent,
    page: { path: '', status: 0, reason: null, headers: {}, html: '', text: '', forms: [] },
    open: (path, headers = {}) => follow('GET', path, undefined, headers),
    head: (path) => follow('HEAD', path, undefined, {}),
    post: (path, body, headers = {}) =>
      follow('POST', path, body, { 'Sec-Fetch-Site': 'same-origin', ...headers }),
    press: async (label, typed = {}, headers = {}) => {
      const form = browser.page.forms.find(({ button }) =>
        typeof label === 'string' ? button.startsWith(label) : label.test(button),
      )
      if (form === undefined)
        throw new Error(`no button ${label} among ${browser.page.forms.map((f) => f.button).join(' | ')}`)
      const body = { ...form.hidden, ...typed }
      if (form.method === 'post') return browser.post(form.action, body, headers)
      return browser.open(`${form.action}?${new URLSearchParams(body)}`, headers)
    },
  }
  async function follow(
    method: string,
    path: string,
    body: Record<string, string> | undefined,
    headers: Record<string, string>,
  ): Promise<Shown> {
    let at = path
    for (let hop = 0; hop < 8; hop += 1) {
      const verb = hop === 0 ? method : 'GET'
      const made =
        verb === 'POST'
          ? agent.post(at).type('form').send(body)
          : verb === 'HEAD'
            ? agent.head(at)
            : agent.get(at)
      const answer = await made.set({ Accept: 'text/html', ...(hop === 0 ? headers : {}) }).redirects(0)
      const location = answer.headers.location as string | undefined
      if (answer.status < 300 || answer.status >= 400 || location === undefined) {
        browser.page = read(at, answer)
        return browser.page
      }
      if (!location.startsWith('/')) {
        browser.page = { ...read(location, answer), html: '', text: '', forms: [] }
        return browser.page
      }
      at = location
    }
    throw new Error('redirects without end')
  }
  return browser
}

function read(path: string, answer: supertest.Response): Shown {
  const html = answer.text ?? ''
  return {
    path,
    status: answer.status,
    reason: (answer.headers['gatehouse-reason'] as string | undefined) ?? null,
    headers: answer.headers as Record<string, string>,
    html,
    text: plain(html.replace(/<(style|script|head)\b[\s\S]*?<\/\1>/g, ' ')),
    forms: [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, head = '', inner = '']) => ({
      action: attribute(head, 'action') ?? path,
      method: attribute(head, 'method') ?? 'get',
      hidden: Object.fromEntries(
        [...inner.matchAll(/<input type="hidden"[^>]*>/g)].map(([input]) => [
          attribute(input, 'name') ?? '',
          attribute(input, 'value') ?? '',
        ]),
      ),
      fields: [...inner.matchAll(/<input (?!type="hidden")[^>]*>/g)].map(
        ([input]) => attribute(input, 'name') ?? '',
      ),
      button: plain(/<button\b[^>]*>([\s\S]*?)<\/button>/.exec(inner)?.[1] ?? ''),
    })),
  }
}

function attribute(text: string, name: string): string | undefined {
  const found = new RegExp(`\\b${name}="([^"]*)"`).exec(text)?.[1]
  return found === undefined ? undefined : unescaped(found)
}

function plain(html: string): string {
  return unescaped(html.replace(/<[^>]+>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim()
}

function unescaped(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
}
