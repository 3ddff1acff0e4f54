// The pages in a real browser (Debian's chromium): on a phone and a desktop, light and dark, with scripts.
import { existsSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Browser, chromium, type Page } from 'playwright-core'
import { type Scene, scene } from './scene.ts'

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (file) => existsSync(file),
)
const wanted = executablePath !== undefined || process.env.REQUIRE_ALL === '1'
const withBrowser = wanted ? describe : describe.skip
/** Where to keep what was seen, for people to look at. */
const keep = process.env.SCREENSHOTS_DIR

withBrowser('in chromium (skipped where it is not installed)', () => {
  let s: Scene
  let server: Server
  let browser: Browser
  let base = ''

  beforeAll(async () => {
    if (executablePath === undefined) throw new Error('chromium is not installed')
    s = await scene()
    await new Promise<void>((ready) => {
      server = s.app.listen(0, '127.0.0.1', () => ready())
    })
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    server?.closeAllConnections()
    await new Promise((done) => server?.close(done))
  })

  const all = [
    { name: 'phone', viewport: { width: 320, height: 640 }, colorScheme: 'light' as const },
    { name: 'phone-dark', viewport: { width: 390, height: 800 }, colorScheme: 'dark' as const },
    { name: 'desktop', viewport: { width: 1280, height: 800 }, colorScheme: 'light' as const },
    { name: 'desktop-dark', viewport: { width: 1280, height: 800 }, colorScheme: 'dark' as const },
  ]
  const sizes = keep ? all : all.filter(({ name }) => name === 'phone' || name === 'desktop-dark')

  /** Looks at the page as it stands: nothing wider than the screen, nothing refused by the page's own policy. */
  async function look(page: Page, name: string): Promise<void> {
    const [inner, outer] = await page.evaluate(
      () => [document.documentElement.scrollWidth, window.innerWidth] as const,
    )
    expect([name, inner <= outer]).toEqual([name, true])
    if (keep) await page.screenshot({ path: path.join(keep, `${name}.png`), fullPage: true })
  }

  async function open(of: (typeof sizes)[number]) {
    const context = await browser.newContext({ viewport: of.viewport, colorScheme: of.colorScheme })
    const page = await context.newPage()
    const faults: string[] = []
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    page.on('pageerror', (error) => faults.push(String(error)))
    return { page, faults, close: () => context.close() }
  }

  test.each(sizes)('a person joins by the link of the mail on $name', async (size) => {
    const email = `ana-${size.name}@guest.test`
    const invited = await s.invited(email, { message: 'Welcome to the team! We write every Tuesday.' })
    const { page, faults, close } = await open(size)
    await page.goto(`${base}/invitations/${invited.id}#t=${invited.token}`)
    await page.getByRole('button', { name: /Send a code/ }).waitFor()
    expect(page.url()).toBe(`${base}/invitations/${invited.id}`)
    await look(page, `invitation-${size.name}`)
    await page.getByRole('button', { name: /Send a code/ }).click()
    await page.getByLabel('6-digit code').waitFor()
    await look(page, `code-${size.name}`)
    // The field has the focus already.
    await page.keyboard.type(await s.code(email))
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'You joined Acme as Editor' }).waitFor()
    await look(page, `joined-${size.name}`)
    await page.getByRole('link', { name: 'Open Acme' }).click()
    await page.getByRole('heading', { name: 'Welcome' }).waitFor()
    await look(page, `welcome-${size.name}`)
    expect(faults).toEqual([])
    await close()
  })

  test.each(sizes)('every other page fits $name', async (size) => {
    const expired = await s.invited(`late-${size.name}@guest.test`, {
      expiresAt: new Date(s.world.clock.now().getTime() + 1000),
    })
    const other = await s.invited(`other-${size.name}@guest.test`)
    const domain = await s.invited(`kim-${size.name}@acme.test`)
    s.world.clock.advance(2)
    const { page, faults, close } = await open(size)
    const paths: [string, string][] = [
      ['sign-in', '/sign-in'],
      ['join', '/join'],
      ['neutral', '/invitations/0199aaaa-0000-7000-8000-000000000000'],
      ['expired', expired.link],
      ['sso', domain.link],
      ['mailbox', '/dev/mailbox'],
    ]
    for (const [name, at] of paths) {
      await page.goto(base + at)
      await look(page, `${name}-${size.name}`)
    }
    const cookies = await (
      await s.signedIn(await s.account(`me-${size.name}@gmail.test`))
    ).agent.jar.getCookie('gatehouse_session', {
      domain: '127.0.0.1',
      path: '/',
      secure: false,
      script: false,
    } as never)
    await page.context().addCookies([{ name: 'gatehouse_session', value: cookies?.value ?? '', url: base }])
    await page.goto(base + other.link)
    await page.getByRole('button', { name: 'Switch account' }).waitFor()
    await look(page, `wrong-account-${size.name}`)
    expect(faults).toEqual([])
    await close()
  })

  test('a machine that opens the link with scripts and stays changes nothing', async () => {
    const invited = await s.invited('machine@guest.test')
    const before = await s.counts()
    const { page, close } = await open(all[2] as (typeof sizes)[number])
    await page.goto(`${base}/invitations/${invited.id}#t=${invited.token}`)
    await page.getByRole('button', { name: /Send a code/ }).waitFor()
    await page.waitForTimeout(500)
    expect(await s.counts()).toEqual(before)
    await close()
  })
})
