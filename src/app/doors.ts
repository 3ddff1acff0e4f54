// The table of doors: which paths each of them answers.
import type { Router } from 'express'
import type { Registry } from 'prom-client'
import type { World } from '../actions/world.ts'
import { adminRouter } from '../admin/router.ts'
import { pagesRouter } from '../pages/router.ts'
import { samlRouter } from '../saml/router.ts'
import { keySetRouter } from '../scim/event-poll.ts'
import { scimRouter } from '../scim/router.ts'
import { metadataRouter } from '../scim/token-endpoint.ts'

export type Door = 'scim' | 'saml' | 'admin' | 'pages'

/** Where clients look for the metadata of an issuer with a path (RFC 8414 §3.1). */
const AUTHORIZATION_SERVERS = '/.well-known/oauth-authorization-server/scim/v2'
/** By what receivers verify security event tokens. */
const KEY_SET = '/.well-known/jwks.json'

/** In the order in which they are tried; `pages` takes what is left. */
export const doors: readonly {
  name: Door
  path: string
  router: (world: World, registry: Registry) => Router
}[] = [
  { name: 'scim', path: '/scim', router: scimRouter },
  { name: 'scim', path: AUTHORIZATION_SERVERS, router: metadataRouter },
  { name: 'scim', path: KEY_SET, router: keySetRouter },
  { name: 'saml', path: '/saml', router: samlRouter },
  { name: 'admin', path: '/api', router: adminRouter },
  { name: 'pages', path: '/', router: pagesRouter },
]

/** The door to which a path belongs. */
export function doorOf(path: string): Door {
  if (isUnder(path, '/scim') || isUnder(path, AUTHORIZATION_SERVERS) || path === KEY_SET) return 'scim'
  if (isUnder(path, '/saml')) return 'saml'
  if (isUnder(path, '/api')) return 'admin'
  return 'pages'
}

function isUnder(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`)
}
