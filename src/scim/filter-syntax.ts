// From the text of a filter to its tree: a strict gate of our own before scim2-parse-filter, which then builds the tree.
//
// The package groups `and`, `or`, `not` and brackets rightly and fast. It reads escapes in strings wrongly, refuses `$ref` and
// `TRUE`, takes `a..b`, `not a pr` and nested brackets, splits `emails[…].value eq` into two conditions on different elements,
// and recurses without a limit. So the gate reads every token itself, refuses what the grammar of RFC 7644 §3.4.2.2 has not, and
// hands over a skeleton in which names and values are numbers: nothing of the client's text reaches the package.
import { type Filter, parse } from 'scim2-parse-filter'
import { AppError } from '../kernel/errors.ts'

export const MAX_FILTER_LENGTH = 4096
const MAX_DEPTH = 20
const MAX_TERMS = 100

export type Literal = string | number | boolean | null
export type CompareOperator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le'
export type FilterTree =
  | { op: 'and' | 'or'; of: FilterTree[] }
  | { op: 'not'; of: FilterTree }
  | { op: 'pr'; path: string }
  | { op: CompareOperator; path: string; value: Literal }
  | { op: '[]'; path: string; of: FilterTree }

const TOKEN =
  /\s*(?:("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w.:-])|((?:urn:[\w.:%/+-]+:)?(?:\$ref|[A-Za-z][\w-]*)(?:\.(?:\$ref|[A-Za-z][\w-]*))?)(?![\w.:$-])|(\]\.|[()[\]]))/y
const COMPARE = new Set(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'])

interface Token {
  text: string
  kind: 'string' | 'number' | 'word' | 'bracket'
}

/** The tree of a filter; throws 400 `invalidFilter` with the fault. */
export function parseFilterText(text: string): FilterTree {
  if (text.length > MAX_FILTER_LENGTH) failFilter(`it is longer than ${MAX_FILTER_LENGTH} characters`)
  const paths: string[] = []
  const values: Literal[] = []
  const skeleton = drawSkeleton(tokensOf(text), paths, values)
  return rebuild(parse(skeleton), paths, values)
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  const end = text.trimEnd().length
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    if (!match) return failFilter(`it cannot be read from character ${at + 1} on`)
    const [, string, number, word, bracket] = match
    if (string !== undefined) tokens.push({ kind: 'string', text: string })
    else if (number !== undefined) tokens.push({ kind: 'number', text: number })
    else if (word !== undefined) tokens.push({ kind: 'word', text: word })
    else tokens.push({ kind: 'bracket', text: bracket as string })
  }
  return tokens
}

interface Drawing {
  expected: 'term' | 'operator' | 'value' | 'connector'
  out: string[]
  /** The open brackets, each with its place in `out`. */
  open: { bracket: string; at: number }[]
  paths: string[]
  values: Literal[]
  /** Whether the term now read is the `.value` after a closed `emails[…]`. */
  tail: boolean
}

/** Checks the order of the tokens and writes them anew, `a0 eq "0" and (a1 pr)`, keeping the names and values aside. */
function drawSkeleton(tokens: readonly Token[], paths: string[], values: Literal[]): string {
  const drawing: Drawing = { expected: 'term', out: [], open: [], paths, values, tail: false }
  for (const [index, token] of tokens.entries()) {
    if (drawing.expected === 'term') drawTerm(drawing, token, tokens[index + 1])
    else if (drawing.expected === 'operator') drawOperator(drawing, token)
    else if (drawing.expected === 'connector') drawConnector(drawing, token)
    else {
      values.push(literalOf(token))
      drawing.out.push(`"${values.length - 1}"`)
      endTerm(drawing)
    }
  }
  if (drawing.expected !== 'connector' || drawing.open.length > 0) failFilter('it ends too soon')
  return drawing.out.join(' ')
}

function drawTerm(drawing: Drawing, token: Token, next: Token | undefined): void {
  if (drawing.tail && !/^[\w$-]+$/.test(token.text)) failFilter('a sub-attribute is expected after "]."')
  if (token.text === '(' && !drawing.tail) openBracket(drawing, '(')
  else if (token.text.toLowerCase() === 'not' && next?.text === '(') drawing.out.push('not')
  else if (token.kind === 'word') {
    if (drawing.paths.push(token.text) > MAX_TERMS) failFilter(`it has more than ${MAX_TERMS} terms`)
    drawing.out.push(`a${drawing.paths.length - 1}`)
    drawing.expected = 'operator'
  } else failFilter(`an attribute is expected instead of ${token.text}`)
}

function drawOperator(drawing: Drawing, token: Token): void {
  const word = token.text.toLowerCase()
  if (token.text === '[' && !drawing.tail) {
    if (drawing.open.some(({ bracket }) => bracket === '[')) failFilter('brackets cannot stand in brackets')
    openBracket(drawing, '[')
    drawing.expected = 'term'
  } else if (word === 'pr') {
    drawing.out.push(word)
    endTerm(drawing)
  } else if (token.kind === 'word' && COMPARE.has(word)) {
    drawing.out.push(word)
    drawing.expected = 'value'
  } else failFilter(`an operator is expected instead of ${token.text}`)
}

function drawConnector(drawing: Drawing, token: Token): void {
  const word = token.text.toLowerCase()
  if (token.text === ')' || token.text === ']') {
    closeBracket(drawing, token.text === ')' ? '(' : '[')
    drawing.out.push(token.text)
  } else if (token.text === '].') {
    // `emails[type eq "work"].value eq "x"` asks for one element that meets both: `emails[(type eq "work") and value eq "x"]`.
    drawing.out.splice(closeBracket(drawing, '[') + 1, 0, '(')
    drawing.out.push(')', 'and')
    drawing.tail = true
    drawing.expected = 'term'
  } else if (word === 'and' || word === 'or') {
    drawing.out.push(word)
    drawing.expected = 'term'
  } else failFilter(`"and" or "or" is expected instead of ${token.text}`)
}

function endTerm(drawing: Drawing): void {
  if (drawing.tail) drawing.out.push(']')
  drawing.tail = false
  drawing.expected = 'connector'
}

function openBracket(drawing: Drawing, bracket: string): void {
  if (drawing.open.push({ bracket, at: drawing.out.length }) > MAX_DEPTH)
    failFilter(`it is nested more than ${MAX_DEPTH} deep`)
  drawing.out.push(bracket)
}

function closeBracket(drawing: Drawing, bracket: string): number {
  const last = drawing.open.pop()
  return last?.bracket === bracket ? last.at : failFilter('a bracket is closed that was not opened')
}

function literalOf(token: Token): Literal {
  if (token.kind === 'number') return Number(token.text)
  if (token.kind === 'string') return stringOf(token.text)
  const word = token.text.toLowerCase()
  if (word === 'true' || word === 'false') return word === 'true'
  return word === 'null' ? null : failFilter(`a value is expected instead of ${token.text}`)
}

function stringOf(text: string): string {
  try {
    const value = JSON.parse(text) as string
    return /[\0\p{Surrogate}]/u.test(value) ? failFilter('a string holds a character that is none') : value
  } catch (error) {
    throw error instanceof AppError
      ? error
      : new AppError('invalid', 'invalidFilter', `The filter is not valid: ${text} is no JSON string.`)
  }
}

function rebuild(tree: Filter, paths: readonly string[], values: readonly Literal[]): FilterTree {
  const path = 'attrPath' in tree ? (paths[Number(tree.attrPath.slice(1))] as string) : ''
  switch (tree.op) {
    case 'and':
    case 'or':
      return { op: tree.op, of: tree.filters.map((part) => rebuild(part, paths, values)) }
    case 'not':
      return { op: 'not', of: rebuild(tree.filter, paths, values) }
    case 'pr':
      return { op: 'pr', path }
    case '[]':
      return { op: '[]', path, of: rebuild(tree.valFilter, paths, values) }
    default:
      return { op: tree.op, path, value: values[Number(tree.compValue)] as Literal }
  }
}

/** Throws 400 `invalidFilter` with the fault. */
export function failFilter(why: string): never {
  throw new AppError('invalid', 'invalidFilter', `The filter is not valid: ${why}.`)
}
