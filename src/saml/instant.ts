// xsd:dateTime as SAML writes it, read strictly.

const FORM = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?Z$/

/** The time of an xsd:dateTime in UTC (SAML Core §1.3.3: no other zone, no 24:00, no leap second); null where the text is none. */
export function instant(text: string | null): Date | null {
  const found = text === null || text.length > 40 ? null : FORM.exec(text)
  if (!found) return null
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return null
  if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return null
  const at = new Date(text as string)
  return Number.isNaN(at.getTime()) ? null : at
}
