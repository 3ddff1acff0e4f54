// The pages' table of contents: every address that a person sees without the console.
import express, { type ErrorRequestHandler, type Router } from 'express'
import type { World } from '../actions/world.ts'
import { type NextActor, type ReasonCode, reasonCodes } from '../domain/reason.ts'
import { retryAfterOf, statusOf, toAppError } from '../http/errors.ts'
import { html } from '../http/html.ts'
import { pickLanguage } from '../http/messages.ts'
import { sendPage, sendRefusal } from '../http/page.ts'
import { invitationRoutes } from './invitations.ts'
import { joinRoutes } from './join.ts'
import { mailboxRoutes } from './mailbox.ts'
import { proofRoutes } from './proof.ts'
import { signInRoutes } from './sign-in.ts'
import { text } from './texts.ts'
import { welcomeRoutes } from './welcome.ts'

/** The door, mounted at `/`. */
export function pagesRouter(world: World): Router {
  const router = express.Router({ caseSensitive: true })
  router.use(express.urlencoded({ extended: false, limit: '16kb', parameterLimit: 50 }))
  invitationRoutes(world, router)
  joinRoutes(world, router)
  signInRoutes(world, router)
  proofRoutes(world, router)
  welcomeRoutes(world, router)
  if (!world.production && world.mail.smtpUrl === null) mailboxRoutes(world, router)
  router.use(refusals(world))
  return router
}

/** The one map from errors to pages: a reason of the catalogue has its own page, the rest is the application's. */
function refusals(world: World): ErrorRequestHandler {
  return (thrown, req, res, next) => {
    const error = toAppError(thrown)
    if (res.headersSent || error.kind === 'internal') return next(thrown)
    const language = pickLanguage(req.headers['accept-language'])
    const { productName } = world
    const retryAfter = retryAfterOf(error)
    if (retryAfter !== null) res.setHeader('Retry-After', String(retryAfter))
    if (error.code === 'form_expired') {
      res.setHeader('Gatehouse-Reason', error.code)
      const body = html`<p>${error.message}</p>`
      const title = text(language, 'form.title')
      return sendPage(res, statusOf(error), { title, productName, language, body })
    }
    const reason = reasonOf(error.details.reason) ?? reasonOf(error.code)
    if (reason === null) return next(thrown)
    const nextActor = (error.details.nextActor as NextActor | undefined) ?? 'person'
    sendRefusal(res, statusOf(error), { reason, nextActor, productName, language })
  }
}

function reasonOf(code: unknown): ReasonCode | null {
  return reasonCodes.find((known) => known === code) ?? null
}
