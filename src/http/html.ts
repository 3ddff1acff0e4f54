// HTML made of templates in which every value is escaped unless it is HTML already.

const made: unique symbol = Symbol('html')

/** A piece of HTML that may stand in a page as it is. Only `html` and `raw` make one. */
export interface Html {
  readonly [made]: true
  readonly text: string
}

type Value = Html | string | number | null | undefined | false | readonly Value[]

/** Tagged template: texts and numbers are escaped, HTML and lists of it stand as they are, null, undefined and false are nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  let text = parts[0] ?? ''
  values.forEach((value, index) => {
    text += textOf(value) + (parts[index + 1] ?? '')
  })
  return raw(text)
}

/** Declares a constant of the program to be HTML. Never for anything that came from outside. */
export function raw(text: string): Html {
  return { [made]: true, text }
}

/** The text with every character escaped that could end an element, an attribute or an entity. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)
}

function textOf(value: Value): string {
  if (value === null || value === undefined || value === false) return ''
  if (typeof value === 'string') return escapeHtml(value)
  if (typeof value === 'number') return String(value)
  if (isHtml(value)) return value.text
  return value.map(textOf).join('')
}

function isHtml(value: Html | readonly Value[]): value is Html {
  return made in value
}
