// Hearing: the statements of each step as the product sends them from this process, told anew for as many deeds as are measured.
import { randomUUID } from 'node:crypto'
import { Agent } from 'node:http'
import { flushDirectoryRequests } from '../../src/actions/log-directory-request.ts'
import { sender } from './measure.ts'
import { madeIds, type Recordings, type Sent, sentBy, withOther } from './recording.ts'
import type { House } from './seeding/house.ts'
import type { Round, Scene } from './steps.ts'

/** Hears every step that the bare server is to repeat; `deeds` is how many it will be asked to do of each. */
export async function hear(
  house: House,
  rounds: readonly Round[],
  scene: Scene,
  deeds: number,
): Promise<Recordings> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const send = sender(agent, house.url)
  const recordings: Recordings = {}
  const once = async (step: Round[number], index: number): Promise<Heard> => {
    await flushDirectoryRequests(house.world)
    const since = Date.now()
    const sent = await sentBy(() => step.deed(index, 'heard', send))
    return { sent, made: madeIds(sent, since) }
  }
  try {
    for (const round of rounds) {
      const others = Array.from({ length: deeds }, (_, index) => firstOthers(scene, index))
      for (const step of round) {
        if (step.bare === null) continue
        if (step.bare === 'retold') {
          recordings[step.kind] = retold(await once(step, 0), others)
          continue
        }
        const heard: Heard[] = []
        for (let index = 0; index < step.bare; index++) heard.push(await once(step, index))
        recordings[step.kind] = Array.from({ length: deeds }, (_, index) =>
          toldAgain(heard[index % heard.length] as Heard),
        )
      }
    }
  } finally {
    agent.destroy()
  }
  return recordings
}

interface Heard {
  sent: Sent[]
  made: string[]
}

/** What deed `index` says in the place of what deed 0 said; the steps of a round share it and add the ids that they make. */
function firstOthers({ spare }: Scene, index: number): Map<string, string> {
  return new Map([
    ['heard-0', `bare-${index}`],
    [spare[0] as string, spare[index % spare.length] as string],
  ])
}

function retold({ sent, made }: Heard, others: readonly Map<string, string>[]): Sent[][] {
  return others.map((other) => {
    for (const id of made) other.set(id, randomUUID())
    return withOther(sent, other)
  })
}

/** What a deed makes (an event, for instance) is made anew each time that it is told. */
function toldAgain({ sent, made }: Heard): Sent[] {
  return made.length === 0 ? sent : withOther(sent, new Map(made.map((id) => [id, randomUUID()])))
}
