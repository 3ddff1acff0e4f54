// Message catalogues: texts by key in several languages, with `{name}` places, and the choice of a language.

export const languages = ['en'] as const
export type Language = (typeof languages)[number]

/** Texts of one language by key. English is complete; another language may lack a key and then speaks English. */
export type Catalogue<Key extends string> = { en: Record<Key, string> } & {
  [language in Exclude<Language, 'en'>]?: Partial<Record<Key, string>>
}

export type Params = Readonly<Record<string, string | number>>

/** The first language of an `Accept-Language` header (RFC 9110 §12.5.4) that we speak, else English. */
export function pickLanguage(header: string | undefined, wanted?: string | null): Language {
  const asked = [wanted ?? '', ...(header ?? '').split(',').map((part) => part.split(';')[0] ?? '')]
  for (const tag of asked) {
    const primary = tag.trim().toLowerCase().split('-')[0]
    const known = languages.find((language) => language === primary)
    if (known) return known
  }
  return 'en'
}

/** The text of a key with its places filled; a place without a value stays empty. */
export function message<Key extends string>(
  catalogue: Catalogue<Key>,
  language: Language,
  key: Key,
  params: Params = {},
): string {
  return fill(catalogue[language]?.[key] ?? catalogue.en[key], params)
}

function fill(text: string, params: Params): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''))
}
