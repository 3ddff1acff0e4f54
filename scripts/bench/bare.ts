// The bare server of the benchmark: Express and pg, sending for each call the statements that Gatehouse was heard to send.
// Run by scripts/bench/scim.ts with DATABASE_URL, PORT and the recordings' file in its environment.
import { readFileSync } from 'node:fs'
import express from 'express'
import pg from 'pg'
import { type Sent, thawed } from './recording.ts'

const recordings = thawed<Record<string, Sent[][]>>(readFileSync(process.env.RECORDINGS ?? '', 'utf8'))
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
pool.on('error', () => {})
const next = new Map<string, number>()

const app = express()
app.disable('x-powered-by')
app.set('etag', false)
app.use(express.json({ type: () => true, limit: '1mb' }))
app.use(async (req, res) => {
  const kind = String(req.headers['x-bench'])
  const instances = recordings[kind] ?? []
  const turn = next.get(kind) ?? 0
  next.set(kind, turn + 1)
  const statements = instances[turn % instances.length] ?? []
  const client = await pool.connect()
  const answers: unknown[] = []
  try {
    for (const { name, text, values } of statements) {
      const config = name === undefined ? { text, values } : { name, text, values }
      const { rows } = await client.query(config)
      if (rows.length > 0) answers.push(rows)
    }
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    res.statusCode = 500
    answers.push(String(error))
  } finally {
    client.release()
  }
  // An answer of the size of a resource: what was read last, or what was sent.
  const body = kind === 'lookup' || kind === 'get' ? answers.at(-1) : req.body
  res.setHeader('Content-Type', 'application/scim+json')
  res.end(JSON.stringify(res.statusCode === 500 ? answers : (body ?? null)))
})
app.listen(Number(process.env.PORT), '127.0.0.1', () => process.stdout.write('ready\n'))
