// Text as it is compared where the case of letters does not matter.

/**
 * Composes and lower-cases `text`, but leaves alone the few characters outside ASCII that would become ASCII ones (KELVIN SIGN,
 * dotted capital I, Greek question mark, varia), so that no two names look alike to us and different to their directory. Never shown.
 */
export function foldText(text: string): string {
  return text.replace(/[^\u0130\u037e\u1fef\u212a]+/g, (part) => part.normalize('NFC').toLowerCase())
}
