// What a deed was refused with.

/** The `code` of the error that the deed ends with; anything else is told as it is. */
export async function refusal(deed: Promise<unknown>): Promise<string> {
  return deed.then(
    () => 'nothing was refused',
    (error: { code?: string }) => error.code ?? String(error),
  )
}
