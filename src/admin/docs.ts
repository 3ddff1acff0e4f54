// The readable page of the JSON API, made from the OpenAPI document: no script, nothing from elsewhere.
import type { Response } from 'express'
import type { World } from '../actions/world.ts'
import { type Html, html } from '../http/html.ts'
import { sendPage } from '../http/page.ts'
import type { Document, Operation } from './openapi.ts'

interface Listed {
  method: string
  path: string
  operation: Operation
}

/** Answers the page: operations by their tag, each with its fields. */
export function docsPage(res: Response, world: World, document: Document): void {
  const listed: Listed[] = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
  const tags = [...new Set(listed.flatMap(({ operation }) => operation.tags))]
  sendPage(res, 200, {
    title: 'JSON API',
    productName: world.productName,
    wide: true,
    body: html`
<p>${document.info.description} Base address: <code>${document.servers[0]?.url}</code>.
As a document: <a href="/api/openapi.json">openapi.json</a>.</p>
<nav><ul>${tags.map((tag) => html`<li><a href="#${anchor(tag)}">${tag}</a></li>`)}</ul></nav>
${tags.map((tag) =>
  section(
    tag,
    listed.filter(({ operation }) => operation.tags.includes(tag)),
  ),
)}`,
  })
}

function section(tag: string, listed: readonly Listed[]): Html {
  return html`<section id="${anchor(tag)}"><h2>${tag}</h2>${listed.map(entry)}</section>`
}

function entry({ method, path, operation }: Listed): Html {
  const { parameters, requestBody, responses } = operation
  const query = parameters.filter((parameter) => parameter.in !== 'path')
  const answer = Object.entries(responses).find(([status]) => status !== 'default')
  return html`<details id="${operation.operationId}">
<summary><code>${method} ${path}</code> ${operation.summary}</summary>
<p>${operation.description}</p>
${query.length === 0 ? null : html`<p>Parameters: ${query.map((one, index) => html`${index > 0 ? ', ' : ''}<code>${String(one.name)}</code>`)}.</p>`}
${requestBody === undefined ? null : html`<p>Body</p>${schemaOf(requestBody)}`}
<p>Answer: ${answer?.[0]}</p>
${answer === undefined ? null : schemaOf(answer[1])}
</details>`
}

function schemaOf(content: unknown): Html | null {
  const schema = (content as { content?: Record<string, { schema: unknown }> }).content?.['application/json']
  return schema === undefined ? null : html`<pre>${JSON.stringify(schema.schema, null, 2)}</pre>`
}

function anchor(tag: string): string {
  return tag.toLowerCase().replace(/[^a-z0-9]+/g, '-')
}
