import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { reasonCodes } from '../../src/domain/reason.ts'
import { html } from '../../src/http/html.ts'
import { pickLanguage } from '../../src/http/messages.ts'
import { refusalPage, renderPage } from '../../src/http/page.ts'

describe('a template', () => {
  test('never lets a text end the element or attribute that it stands in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const made = html`<a title="${text}">${text}</a>`.text
        expect(made).toMatch(/^<a title="[^"<>&]*(?:&#\d+;[^"<>&]*)*">[^<>]*<\/a>$/s)
      }),
    )
  })

  test('keeps HTML and lists of it, and leaves out what is absent', () => {
    const items = ['<', 'b'].map((item) => html`<li>${item}</li>`)
    expect(html`<ul>${items}</ul>${null}${undefined}${false}${0}`.text).toBe(
      '<ul><li>&#60;</li><li>b</li></ul>0',
    )
  })
})

describe('a refusal page', () => {
  test.each(reasonCodes)(
    '%s has a title, a sentence and its code, and never says “invalid or expired”',
    (reason) => {
      const page = refusalPage({
        reason,
        nextActor: 'org_admin',
        productName: 'Blogworks',
        organizationName: 'Acme',
      })
      const text = renderPage(page).replace(/<(style|head)[\s\S]*?<\/\1>/g, '')
      expect(page.title.length).toBeGreaterThan(5)
      expect(page.body.text).toMatch(/<p>.{15,}<\/p>/)
      expect(text).toContain(`Code: ${reason}`)
      expect(text).toContain('an administrator of Acme')
      expect(text).not.toMatch(/invalid or expired|\{\w+\}/)
    },
  )

  test('speaks of “the organization” where it is not known, at the head of a sentence too', () => {
    const page = refusalPage({ reason: 'sso_required', nextActor: 'person', productName: 'Blogworks' })
    expect(page.title).toBe('The organization uses its own sign-in')
  })
})

describe('the language', () => {
  test('is the wanted one, else the first of the browser’s that is spoken, else English', () => {
    expect(pickLanguage(undefined)).toBe('en')
    expect(pickLanguage('xx, en-GB;q=0.8')).toBe('en')
    expect(pickLanguage('en', 'tlh')).toBe('en')
  })
})
