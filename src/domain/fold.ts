// Text as it is compared where the case of letters does not matter.

/**
 * Lower-cases `text`, but leaves alone the two letters outside ASCII that would become ASCII ones (KELVIN SIGN, dotted
 * capital I), so that no two names look alike to us and different to their directory. The result is never shown.
 */
export function foldText(text: string): string {
  return text.normalize('NFC').replace(/[^\u0130\u212a]+/g, (part) => part.toLowerCase())
}
