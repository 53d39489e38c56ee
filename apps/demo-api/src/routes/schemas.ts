import { z } from 'zod'

/** How every error answers: `application/problem+json`. */
const ProblemAnswer = z.object({
  status: z.int(),
  title: z.string(),
  code: z.string(),
  detail: z.string(),
})

/** What a signed-in route may refuse with; errors are written by the error handler, these lines are for the OpenAPI page. */
export const refusals = { '4xx': ProblemAnswer }

/** Marks a route as needing a token on the OpenAPI page. */
export const bearer = [{ session: [] }]
