// What every door does with what was thrown: answers it in its own words, unless an answer has begun.
import type { ErrorRequestHandler, Request, Response } from 'express'

/** The last handler of a router; Express closes a connection whose answer has begun already. */
export function answerErrors(
  send: (req: Request, res: Response, thrown: unknown) => void,
): ErrorRequestHandler {
  return (thrown, req, res, next) => {
    if (res.headersSent) next(thrown)
    else send(req, res, thrown)
  }
}
