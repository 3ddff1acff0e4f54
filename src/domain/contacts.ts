// Links and telephone numbers in short texts: what makes an invitation a carrier of fraud (T-30).

const LINK = /https?:|www\.|\b[\w-]+\.(?:com|net|org|io|dev|app|info|biz)\b/i
const TELEPHONE = /\+?\d[\d ()/.-]{6,}\d/

/** Whether a name or message of an organization that is not proven tells people where to go or whom to call. */
export function carriesContact(text: string): boolean {
  return LINK.test(text) || TELEPHONE.test(text)
}
