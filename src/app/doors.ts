// The table of doors: which paths each of them answers.
import type { Router } from 'express'
import type { World } from '../actions/world.ts'
import { adminRouter } from '../admin/router.ts'
import { pagesRouter } from '../pages/router.ts'
import { samlRouter } from '../saml/router.ts'
import { scimRouter } from '../scim/router.ts'

export type Door = 'scim' | 'saml' | 'admin' | 'pages'

/** In the order in which they are tried; `pages` takes what is left. */
export const doors: readonly { name: Door; path: string; router: (world: World) => Router }[] = [
  { name: 'scim', path: '/scim', router: scimRouter },
  { name: 'saml', path: '/saml', router: samlRouter },
  { name: 'admin', path: '/api', router: adminRouter },
  { name: 'pages', path: '/', router: pagesRouter },
]

/** The door to which a path belongs. */
export function doorOf(path: string): Door {
  if (isUnder(path, '/scim')) return 'scim'
  if (isUnder(path, '/saml')) return 'saml'
  if (isUnder(path, '/api')) return 'admin'
  return 'pages'
}

function isUnder(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`)
}
