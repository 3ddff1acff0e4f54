// The OpenAPI document and the page made from it.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { routes } from '../../src/admin/routes.ts'
import { type FreshApp, freshApp } from '../support/app.ts'

let fresh: FreshApp
beforeAll(async () => {
  fresh = await freshApp()
})

describe('the document of the API', () => {
  test('holds every route once, with its fields and its answer', async () => {
    const { body } = await fresh.api.get('/api/openapi.json')
    expect(body.openapi).toBe('3.1.0')
    const listed = Object.entries(body.paths as Record<string, object>).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method} ${path}`),
    )
    expect(listed.sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort())
    for (const route of routes) {
      const operation = body.paths[route.path][route.method]
      expect(operation.operationId).toBe(route.operationId)
      const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const inPath = operation.parameters.filter((one: { in: string }) => one.in === 'path')
      expect(inPath.map((one: { name: string }) => one.name)).toEqual(names)
      expect(operation.requestBody !== undefined).toBe(route.body !== null)
      const answer = operation.responses[route.status]
      expect(answer.content !== undefined).toBe(route.answer !== null)
      expect(operation.responses.default.content['application/problem+json'].schema.$ref).toBe(
        '#/components/schemas/Problem',
      )
    }
  })

  test('names each operation once', () => {
    const names = routes.map((route) => route.operationId)
    expect(new Set(names).size).toBe(names.length)
  })

  test('shows what a request must and may hold', async () => {
    const { body } = await fresh.api.get('/api/openapi.json')
    const invite =
      body.paths['/organizations/{org}/invitations'].post.requestBody.content['application/json'].schema
    expect(invite.required).toEqual(['email', 'role'])
    expect(invite.additionalProperties).toBe(false)
    expect(Object.keys(invite.properties)).toEqual(
      expect.arrayContaining(['expiresAt', 'projects', 'deliver']),
    )
  })

  test('is readable as a page that loads nothing from elsewhere', async () => {
    const page = await fresh.api.get('/api/docs')
    expect(page.status).toBe(200)
    expect(page.headers['content-security-policy']).toContain("default-src 'none'")
    expect(page.text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
    for (const route of routes) expect(page.text).toContain(`id="${route.operationId}"`)
  })

  test('is one address for one method: others are told which', async () => {
    const answer = await fresh.api.post('/api/openapi.json')
    expect(answer.status).toBe(405)
    expect(answer.headers.allow).toBe('GET, HEAD')
  })
})
