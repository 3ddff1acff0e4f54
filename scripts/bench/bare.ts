// The bare server of the benchmark: Express and pg, sending for each call the statements that Gatehouse was heard to send.
// Started by the benchmark with DATABASE_URL, PORT and the recordings' file in its environment.
import { readFileSync } from 'node:fs'
import express, { type Request, type Response } from 'express'
import pg from 'pg'
import { readRecordings } from './recording.ts'

const recordings = readRecordings(readFileSync(process.env.RECORDINGS ?? '', 'utf8'))
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
pool.on('error', () => {})
const next = new Map<string, number>()

const app = express()
app.disable('x-powered-by')
app.set('etag', false)
app.use(express.json({ type: () => true, limit: '1mb' }))
app.use('/echo', echo)
app.use(replay)
app.listen(Number(process.env.PORT), '127.0.0.1', () => process.stdout.write('ready\n'))

/** The yardstick of a machine: what one statement by primary key and one small answer cost. */
async function echo(req: Request, res: Response): Promise<void> {
  const text = 'select id, user_name, attributes from directory_users where id = $1'
  const { rows } = await pool.query({ name: 'echo', text, values: [req.path.slice(1)] })
  res.setHeader('Content-Type', 'application/scim+json')
  res.end(JSON.stringify(rows[0]))
}

async function replay(req: Request, res: Response): Promise<void> {
  const kind = String(req.headers['x-bench'])
  const instances = recordings[kind] ?? []
  const turn = next.get(kind) ?? 0
  next.set(kind, turn + 1)
  const statements = instances[turn % instances.length] ?? []
  const client = await pool.connect()
  let last: unknown = null
  try {
    for (const { name, text, values } of statements) {
      const { rows } = await client.query(name === undefined ? { text, values } : { name, text, values })
      if (rows.length > 0) last = rows
    }
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    res.statusCode = 500
    last = `${kind}: ${String(error)}`
  } finally {
    client.release()
  }
  // An answer of the size of a resource: what was read last, or what was sent.
  const body = req.method === 'GET' || res.statusCode === 500 ? last : req.body
  res.setHeader('Content-Type', 'application/scim+json')
  res.end(JSON.stringify(body ?? null))
}
