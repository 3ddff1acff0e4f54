// A real identity provider for tests: Debian's SimpleSAMLphp on PHP's own web server, configured for one service provider.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testKey } from './identity-provider.ts'

const WWW = '/usr/share/simplesamlphp/www'

export interface ServiceProvider {
  entityId: string
  acsUrl: string
  /** Base64 DER: assertions are encrypted to it. */
  encryptTo?: string
  /** PHP settings of this service provider, for instance `'saml20.sign.response' => false`. */
  settings?: string
}

export interface SimpleSamlPhp {
  metadataUrl: string
  /** Tells it the service provider it serves, in place of an earlier one. */
  serve(sp: ServiceProvider): void
  /** Signs a person in, from the IdP's own link or with the address of an AuthnRequest, and gives the form it posts. */
  signIn(from?: string): Promise<{ action: string; fields: Record<string, string> }>
  stop(): Promise<void>
}

/** Null where SimpleSAMLphp is not installed; the caller then skips by name, or fails under `REQUIRE_ALL=1`. */
export function simpleSamlPhpMissing(): string | null {
  if (!existsSync(WWW))
    return 'SimpleSAMLphp is not installed (apt-get install simplesamlphp php-cli php-xml)'
  try {
    execFileSync('php', ['-v'], { stdio: 'ignore' })
    return null
  } catch {
    return 'php is not installed (apt-get install php-cli)'
  }
}

export async function startSimpleSamlPhp(): Promise<SimpleSamlPhp> {
  const home = mkdtempSync(join(tmpdir(), 'gatehouse-ssp-'))
  const port = await freePort()
  const base = `http://127.0.0.1:${port}`
  await configure(home, base)
  const php = spawn('php', ['-d', 'display_errors=0', '-S', `127.0.0.1:${port}`, '-t', WWW], {
    env: { ...process.env, SIMPLESAMLPHP_CONFIG_DIR: join(home, 'config') },
    stdio: 'ignore',
  })
  const metadataUrl = `${base}/saml2/idp/metadata.php`
  await answering(php, metadataUrl)
  let entityId = ''
  return {
    metadataUrl,
    serve: (sp) => {
      entityId = sp.entityId
      writeFileSync(join(home, 'metadata', 'saml20-sp-remote.php'), remote(sp))
    },
    signIn: (from) =>
      signIn(from ?? `${base}/saml2/idp/SSOService.php?spentityid=${encodeURIComponent(entityId)}`),
    stop: async () => {
      const gone = new Promise((resolve) => php.once('exit', resolve))
      php.kill()
      await gone
      rmSync(home, { recursive: true, force: true })
    },
  }
}

async function configure(home: string, base: string): Promise<void> {
  for (const folder of ['config', 'metadata', 'cert', 'log', 'data', 'tmp', 'sessions']) {
    mkdirSync(join(home, folder), { recursive: true })
  }
  const key = await testKey('SimpleSAMLphp')
  writeFileSync(join(home, 'cert', 'idp.key'), key.privateKeyPem)
  writeFileSync(join(home, 'cert', 'idp.crt'), key.certificatePem)
  writeFileSync(
    join(home, 'config', 'config.php'),
    `<?php $config = [
  'baseurlpath' => '${base}/', 'certdir' => '${home}/cert/', 'loggingdir' => '${home}/log/', 'datadir' => '${home}/data/',
  'tempdir' => '${home}/tmp', 'technicalcontact_email' => 'it@acme.test', 'secretsalt' => 'of tests alone',
  'auth.adminpassword' => 'of tests alone', 'enable.saml20-idp' => true, 'store.type' => 'phpsession',
  'session.phpsession.savepath' => '${home}/sessions', 'session.phpsession.cookiename' => 'ssp', 'session.cookie.secure' => false,
  'metadata.sources' => [['type' => 'flatfile', 'directory' => '${home}/metadata']], 'logging.handler' => 'file',
  'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true], 'authproc.idp' => [], 'timezone' => 'UTC',
];`,
  )
  writeFileSync(
    join(home, 'config', 'authsources.php'),
    `<?php $config = ['people' => ['exampleauth:UserPass', 'ana:secret' => [
  'uid' => ['ana-1'], 'email' => ['ana@acme.test'], 'firstName' => ['Ana'], 'lastName' => ['Lind & Söhne'], 'groups' => ['editors', 'staff'],
]]];`,
  )
  writeFileSync(
    join(home, 'metadata', 'saml20-idp-hosted.php'),
    `<?php $metadata['${base}/idp'] = [
  'host' => '__DEFAULT__', 'privatekey' => 'idp.key', 'certificate' => 'idp.crt', 'auth' => 'people',
  'authproc' => [1 => ['class' => 'saml:AttributeNameID', 'attribute' => 'uid', 'Format' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent']],
];`,
  )
}

function remote(sp: ServiceProvider): string {
  const encryption = sp.encryptTo
    ? `'assertion.encryption' => true, 'keys' => [['type' => 'X509Certificate', 'encryption' => true, 'signing' => false, 'X509Certificate' => '${sp.encryptTo}']],`
    : ''
  return `<?php $metadata['${sp.entityId}'] = ['AssertionConsumerService' => '${sp.acsUrl}',
  'NameIDFormat' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent', ${encryption} ${sp.settings ?? ''}];`
}

/** A browser without scripts: follows redirects, fills in the login form, stops at the form that leaves the provider. */
async function signIn(from: string): Promise<{ action: string; fields: Record<string, string> }> {
  const cookies = new Map<string, string>()
  let page = await visit(cookies, from)
  if (/name="password"/.test(page.text)) {
    const { fields } = formOf(page.text)
    page = await visit(cookies, page.url, { ...fields, username: 'ana', password: 'secret' })
  }
  const form = formOf(page.text)
  if (!form.fields.SAMLResponse)
    throw new Error(`SimpleSAMLphp answered ${page.status}: ${page.text.slice(0, 500)}`)
  return form
}

async function visit(cookies: Map<string, string>, url: string, form?: Record<string, string>) {
  let at = url
  let body = form ? new URLSearchParams(form) : null
  for (let hops = 0; hops < 10; hops++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(at, {
      redirect: 'manual',
      headers: { cookie },
      ...(body ? { method: 'POST', body } : {}),
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    const location = answer.headers.get('location')
    if (location === null) return { url: at, status: answer.status, text: await answer.text() }
    at = new URL(location, at).href
    body = null
  }
  throw new Error('SimpleSAMLphp redirects without end')
}

function formOf(text: string): { action: string; fields: Record<string, string> } {
  const action = unescapeHtml(/<form[^>]*\saction="([^"]*)"/.exec(text)?.[1] ?? '')
  const fields: Record<string, string> = {}
  for (const [input] of text.matchAll(/<input[^>]*>/g)) {
    const name = /\sname="([^"]*)"/.exec(input)?.[1]
    if (name && /type="hidden"/.test(input))
      fields[name] = unescapeHtml(/\svalue="([^"]*)"/.exec(input)?.[1] ?? '')
  }
  return { action, fields }
}

function unescapeHtml(text: string): string {
  return text
    .replace(/&quot;/g, '"')
    .replace(/&#0?39;/g, "'")
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
}

async function answering(php: ChildProcess, url: string): Promise<void> {
  let exited = false
  php.once('exit', () => {
    exited = true
  })
  for (let tries = 0; tries < 100 && !exited; tries++) {
    const ok = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    )
    if (ok) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  php.kill()
  throw new Error('SimpleSAMLphp did not start')
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
