// The secret that signs an endpoint's webhooks, in the form of Standard Webhooks: `whsec_` and 32 bytes of base64.
import { randomBytes } from 'node:crypto'

/** What separates the key of webhook secrets from every other key of `SECRET_KEY`. */
export const WEBHOOK_PURPOSE = 'webhook-secret'

export function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}
